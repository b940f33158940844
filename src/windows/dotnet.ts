// .NET runtimes and SDKs, shared or brought by an application: they come as folders and leave no registry trace.
import type { Digest } from '../base/digest.ts';
import type { Evidence, InventoryPackage, ProductFamily } from '../model/inventory.ts';
import { fileEvidence, type ImageContent } from './image-content.ts';
import { microsoftPurl } from './microsoft-purl.ts';
import { powerShellFolders, powerShellId } from './powershell.ts';

interface Framework {
  readonly name: string;
  readonly slug: string;
  readonly family: ProductFamily;
  /** Brought along by this one, whose advisories are the same: then it is matched only where that is missing. */
  readonly partOf?: string;
}

/** By folder name, upper case. */
const FRAMEWORKS: ReadonlyMap<string, Framework> = new Map([
  ['MICROSOFT.NETCORE.APP', { name: '.NET Runtime', slug: 'dotnet-runtime', family: 'dotnet' }],
  [
    'MICROSOFT.WINDOWSDESKTOP.APP',
    {
      name: '.NET Desktop Runtime',
      slug: 'dotnet-desktop-runtime',
      family: 'dotnet',
      partOf: 'MICROSOFT.NETCORE.APP',
    },
  ],
  [
    'MICROSOFT.ASPNETCORE.APP',
    { name: 'ASP.NET Core Runtime', slug: 'aspnetcore-runtime', family: 'aspnet-core' },
  ],
  [
    'MICROSOFT.ASPNETCORE.ALL',
    {
      name: 'ASP.NET Core Runtime (All)',
      slug: 'aspnetcore-runtime-all',
      family: 'aspnet-core',
      partOf: 'MICROSOFT.ASPNETCORE.APP',
    },
  ],
]);

/** The folder above `shared` may be any: zip files are unpacked wherever somebody likes. */
const SHARED = /^(.*)\/SHARED\/([^/]+)\/(\d+\.\d+\.\d+[^/]*)\/[^/]+$/;
const SDK = /^(.*)\/SDK\/(\d+\.\d+\.\d+[^/]*)\/DOTNET\.DLL$/;

interface Runtime {
  readonly framework: string;
  readonly version: string;
  /** Canonical path of the folder it belongs to: the installation, or the application. */
  readonly root: string;
  readonly evidence: Evidence;
}

/** Shared ones by installation and version, then those of applications, then SDKs. */
export function readDotNet(content: ImageContent): InventoryPackage[] {
  const powerShell = new Set(powerShellFolders(content).keys());
  const runtimes = [...sharedRuntimes(content), ...privateRuntimes(content)];
  const present = new Set(runtimes.map(({ framework, version, root }) => `${root}|${framework}|${version}`));
  return [...runtimes.map((runtime) => runtimePackage(runtime, present, powerShell)), ...sdks(content)];
}

/** Canonical path of the folder of a shared runtime or SDK that a file lies in, if it does: what is in it is its own. */
export function dotNetFolder(path: string): string | undefined {
  const shared = /^(.*\/SHARED\/([^/]+)\/\d+\.\d+\.\d+[^/]*)\//.exec(path);
  if (shared && FRAMEWORKS.has(shared[2]!)) return shared[1];
  return /^(.*\/SDK\/\d+\.\d+\.\d+[^/]*)\//.exec(path)?.[1];
}

function sharedRuntimes({ files }: ImageContent): Runtime[] {
  const found = new Map<string, Runtime>();
  for (const [path, { fact, layer }] of files) {
    const [, root = '', framework = '', folded = ''] = SHARED.exec(path) ?? [];
    const folder = `${root}|${framework}|${folded}`;
    if (!FRAMEWORKS.has(framework) || found.has(folder)) continue;
    const version = spelledFolder(fact.spelling, folded);
    found.set(folder, { framework, version, root, evidence: fileEvidence(fact.spelling, layer, version) });
  }
  return [...found.values()];
}

/** Applications published self-contained carry a runtime of their own, which nobody else updates. */
function privateRuntimes({ dependencyFiles }: ImageContent): Runtime[] {
  const found = new Map<string, Runtime>();
  for (const { fact, layer } of dependencyFiles) {
    const root = fact.path.slice(0, fact.path.lastIndexOf('/'));
    for (const { framework: spelled, version } of fact.runtimes ?? []) {
      const framework = spelled.toUpperCase();
      const key = `${root}|${framework}|${version}`;
      if (!FRAMEWORKS.has(framework) || found.has(key)) continue;
      found.set(key, {
        framework,
        version,
        root,
        evidence: fileEvidence(fact.spelling, layer, `${spelled} ${version}`),
      });
    }
  }
  return [...found.values()];
}

function runtimePackage(
  { framework, version, root, evidence }: Runtime,
  present: ReadonlySet<string>,
  powerShell: ReadonlySet<string>,
): InventoryPackage {
  const { name, slug, family, partOf } = FRAMEWORKS.get(framework)!;
  const isMatched = partOf === undefined || !present.has(`${root}|${partOf}|${version}`);
  // PowerShell's own runtime is fixed by a new PowerShell, whose advisories say when.
  const match = powerShell.has(root)
    ? { ownedBy: powerShellId(root) }
    : isMatched
      ? { match: { by: 'product', family, line: lineOf(version) } as const }
      : {};
  return {
    id: `dotnet:${framework.toLowerCase()}:${version}:${root.toLowerCase()}`,
    name,
    version,
    kind: 'product',
    purl: microsoftPurl(slug, version),
    introducedIn: evidence.layer,
    evidence: [evidence],
    ...match,
  };
}

function sdks({ files }: ImageContent): InventoryPackage[] {
  return [...files].flatMap(([path, { fact, layer }]) => {
    const [, root, folded] = SDK.exec(path) ?? [];
    return root === undefined || folded === undefined ? [] : [sdkPackage(root, folded, fact.spelling, layer)];
  });
}

/** Microsoft names no fixed versions of SDKs: the runtime beside it, of the same release, is what is matched. */
function sdkPackage(root: string, folded: string, spelling: string, layer: Digest): InventoryPackage {
  const version = spelledFolder(spelling, folded);
  return {
    id: `dotnet:sdk:${version}:${root.toLowerCase()}`,
    name: '.NET SDK',
    version,
    kind: 'product',
    purl: microsoftPurl('dotnet-sdk', version),
    introducedIn: layer,
    evidence: [fileEvidence(spelling, layer, version)],
  };
}

/** A path component as the layer spells it. */
function spelledFolder(spelling: string, folded: string): string {
  return spelling.split('/').find((part) => part.toUpperCase() === folded) ?? folded.toLowerCase();
}

/** `8.0` of `8.0.27`. */
function lineOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
