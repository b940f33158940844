// Libraries of applications, by package URL, with the product that brings and services them where there is one.
import { PackageURL } from 'packageurl-js';
import type { Digest } from '../base/digest.ts';
import type { Dependency } from '../model/dependency.ts';
import type { Evidence, InventoryPackage } from '../model/inventory.ts';
import { dotNetFolder } from './dotnet.ts';
import { fileEvidence, type ImageContent } from './image-content.ts';
import { OS_PACKAGE_ID } from './operating-system-package.ts';
import { powerShellFolders, powerShellId } from './powershell.ts';

/** A library that many files name has as much evidence as a reader looks at. */
const MAX_EVIDENCE = 5;

/** One package per library and owner, by name and version. `packages`: what was found before, to own some of them. */
export function readLibraries(
  content: ImageContent,
  packages: readonly InventoryPackage[],
): InventoryPackage[] {
  const owners = new Owners(content, packages);
  const libraries = new Map<string, InventoryPackage & { evidence: Evidence[]; places: string[] }>();
  for (const { dependency, path, spelling, layer } of named(content)) {
    const purl = purlOf(dependency);
    const ownedBy = owners.of(path);
    const id = ownedBy === undefined ? `library:${purl}` : `library:${purl}:${ownedBy}`;
    const evidence = fileEvidence(spelling, layer, `${dependency.name} ${dependency.version}`);
    const known = libraries.get(id);
    if (known) {
      if (known.evidence.length < MAX_EVIDENCE) known.evidence.push(evidence);
      known.places.push(spelling);
      continue;
    }
    libraries.set(id, {
      id,
      name: dependency.name,
      version: dependency.version,
      kind: 'library',
      purl,
      introducedIn: layer,
      evidence: [evidence],
      places: [spelling],
      match: { by: 'library', dependency },
      ...(ownedBy === undefined ? {} : { ownedBy }),
    });
  }
  return [...libraries.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

interface Named {
  readonly dependency: Dependency;
  readonly path: string;
  readonly spelling: string;
  readonly layer: Digest;
}

function* named({ dependencyFiles, files }: ImageContent): Generator<Named> {
  for (const { fact, layer } of dependencyFiles) {
    const { path, spelling } = fact;
    for (const dependency of fact.dependencies) yield { dependency, path, spelling, layer };
  }
  for (const [path, { fact, layer }] of files) {
    for (const dependency of fact.pe?.go ?? []) yield { dependency, path, spelling: fact.spelling, layer };
  }
}

/** Who services a library: Windows, PowerShell or .NET, when it lies in their folders. */
class Owners {
  readonly #powerShell: readonly string[];
  readonly #dotNet: ReadonlyMap<string, string>;

  constructor(content: ImageContent, packages: readonly InventoryPackage[]) {
    this.#powerShell = [...powerShellFolders(content).keys()];
    this.#dotNet = new Map(
      packages.flatMap(({ id, evidence: [first] }) => {
        const folder = dotNetFolder(first?.path?.toUpperCase() ?? '');
        return folder !== undefined && id.startsWith('dotnet:') ? [[folder, id] as const] : [];
      }),
    );
  }

  of(path: string): string | undefined {
    if (path.startsWith('FILES/WINDOWS/')) return OS_PACKAGE_ID;
    const powerShell = this.#powerShell.find((folder) => path.startsWith(`${folder}/`));
    if (powerShell !== undefined) return powerShellId(powerShell);
    const folder = dotNetFolder(path);
    return folder === undefined ? undefined : this.#dotNet.get(folder);
  }
}

/** https://github.com/package-url/purl-spec/blob/main/PURL-TYPES.rst */
function purlOf({ ecosystem, name, version }: Dependency): string {
  const separator = ecosystem === 'maven' ? name.indexOf(':') : name.lastIndexOf('/');
  const namespace = separator < 0 ? undefined : name.slice(0, separator);
  return new PackageURL(
    ecosystem,
    namespace,
    name.slice(separator + 1),
    version,
    undefined,
    undefined,
  ).toString();
}
