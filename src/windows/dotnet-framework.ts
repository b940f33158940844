// .NET Framework, which Windows brings and services: versions from the registry, update level from two witnesses.
import type { DotNetFramework, Evidence, InventoryPackage, Notice, Servicing } from '../model/inventory.ts';
import { registryEvidence } from './evidence.ts';
import { type FrameworkLine, frameworkLine, isOnLine } from './framework-lines.ts';
import { fileEvidence, type ImageContent } from './image-content.ts';
import { microsoftPurl } from './microsoft-purl.ts';
import { findKey, numberOf, textOf } from './registry/lookup.ts';

const NDP = 'Microsoft\\NET Framework Setup\\NDP';

/** Of the id of a package, so that findings can point to it. */
export const DOTNET_FRAMEWORK_ID = 'dotnet-framework';
export const DOTNET_FRAMEWORK_35_ID = 'dotnet-framework-3.5';

/** Lowest Release value of each version: https://learn.microsoft.com/dotnet/framework/install/how-to-determine-which-versions-are-installed */
const RELEASES: readonly (readonly [release: number, version: string])[] = [
  [533320, '4.8.1'],
  [528040, '4.8'],
  [461808, '4.7.2'],
  [461308, '4.7.1'],
  [460798, '4.7'],
  [394802, '4.6.2'],
  [394254, '4.6.1'],
  [393295, '4.6'],
  [379893, '4.5.2'],
  [378675, '4.5.1'],
  [378389, '4.5'],
];

/** Rebuilt in the rollups; the highest of their versions is the rollup's. */
const WITNESSES: readonly string[] = ['FRAMEWORK64', 'FRAMEWORK'].flatMap((folder) =>
  ['CLR.DLL', 'MSCORLIB.DLL', 'SYSTEM.DLL'].map(
    (name) => `FILES/WINDOWS/MICROSOFT.NET/${folder}/V4.0.30319/${name}`,
  ),
);

export interface DotNetFrameworkReading {
  readonly framework: DotNetFramework | undefined;
  readonly packages: readonly InventoryPackage[];
  readonly notices: readonly Notice[];
}

export function readDotNetFramework(content: ImageContent, servicing: Servicing): DotNetFrameworkReading {
  const { software } = content;
  const full = findKey(software, `${NDP}\\v4\\Full`);
  const release = numberOf(full, 'Release');
  const version = RELEASES.find(([lowest]) => lowest <= (release ?? 0))?.[1];
  const has35 = numberOf(findKey(software, `${NDP}\\v3.5`), 'Install') === 1;
  if (version === undefined && !has35) return { framework: undefined, packages: [], notices: [] };

  const line = frameworkLine(version);
  const rollup = servicing.dotNetRollups
    .filter(({ state }) => state === 'installed')
    .flatMap(({ version: stated }) => revisionOn(line, stated.split('.')[2]))[0];
  const files = fileWitnesses(content, line);
  const revision = rollup ?? files[0]?.revision;
  const framework: DotNetFramework = {
    version,
    release,
    has35,
    revision,
    revisionFrom: rollup !== undefined ? 'package' : revision !== undefined ? 'files' : undefined,
  };
  return {
    framework,
    packages: packagesOf(framework, content, files),
    notices: noticesOf(framework, rollup, files),
  };
}

interface FileRevision {
  readonly revision: number;
  readonly evidence: Evidence;
}

/** Highest first. */
function fileWitnesses({ files }: ImageContent, line: FrameworkLine): FileRevision[] {
  return WITNESSES.flatMap((path) => {
    const placed = files.get(path);
    const version = placed?.fact.pe?.fileVersion ?? '';
    return placed === undefined
      ? []
      : revisionOn(line, version.split('.')[2]).map((revision) => ({
          revision,
          evidence: fileEvidence(placed.fact.spelling, placed.layer, version),
        }));
  }).sort((a, b) => b.revision - a.revision);
}

/** The lines never mix: a rollup of another one says nothing of this. */
function revisionOn(line: FrameworkLine, text: string | undefined): [number] | [] {
  const revision = Number(text);
  return isOnLine(line, revision) ? [revision] : [];
}

function packagesOf(
  { version, revision, has35 }: DotNetFramework,
  content: ImageContent,
  files: readonly FileRevision[],
): InventoryPackage[] {
  const registered = (key: string, names: readonly string[]): Evidence[] =>
    names.flatMap(
      (name) => registryEvidence(content.software, 'SOFTWARE', `${NDP}\\${key}`, name, content.layers) ?? [],
    );
  const packages: InventoryPackage[] = [];
  if (version !== undefined) {
    const evidence = [
      ...registered('v4\\Full', ['Release', 'Version']),
      ...files.slice(0, 1).map((file) => file.evidence),
    ];
    packages.push({
      id: DOTNET_FRAMEWORK_ID,
      name: 'Microsoft .NET Framework',
      version: revision === undefined ? version : `${version}.${revision}`,
      kind: 'product',
      purl: microsoftPurl('dotnet-framework', revision === undefined ? version : `${version}.${revision}`),
      introducedIn: files[0]?.evidence.layer ?? evidence[0]?.layer,
      evidence,
    });
  }
  if (has35) {
    const evidence = registered('v3.5', ['Version', 'Install']);
    const version35 = textOf(findKey(content.software, `${NDP}\\v3.5`), 'Version') ?? '3.5';
    packages.push({
      id: DOTNET_FRAMEWORK_35_ID,
      name: 'Microsoft .NET Framework 3.5',
      version: version35,
      kind: 'product',
      purl: microsoftPurl('dotnet-framework', version35),
      introducedIn: evidence[0]?.layer,
      evidence,
    });
  }
  return packages;
}

function noticesOf(
  { version, revision }: DotNetFramework,
  rollup: number | undefined,
  files: readonly FileRevision[],
): Notice[] {
  if (version === undefined) return [];
  if (revision === undefined) {
    return [
      {
        code: 'FRAMEWORK_REVISION_UNKNOWN',
        message:
          `the update level of .NET Framework ${version} cannot be told: no rollup package is registered and ` +
          'clr.dll, mscorlib.dll and System.dll are not in the image; fixes that it decides are reported as missing',
        uncertain: true,
      },
    ];
  }
  const [newest] = files;
  if (rollup === undefined || newest === undefined || newest.revision === rollup) return [];
  return [
    {
      code: 'FRAMEWORK_CONFLICT',
      message:
        `the newest installed rollup of .NET Framework is ${rollup}, ${newest.evidence.path} has version ` +
        `${newest.evidence.data}; findings follow the rollup`,
      // A rollup need not rebuild these files, so older ones are no reason to doubt it.
      uncertain: newest.revision > rollup,
    },
  ];
}
