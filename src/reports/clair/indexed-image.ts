// What is kept of an image: the packages that reports list, where they lie, and of which subjects its findings are made.
import { packageId } from '../../matching/package-id.ts';
import { subjectsOf } from '../../matching/subjects.ts';
import type { IndexedImage, IndexedPackage, IndexedPlace, IndexedSystem } from '../../model/indexed-image.ts';
import type { Evidence, Inventory, InventoryPackage, OperatingSystem } from '../../model/inventory.ts';
import { formatWindowsVersion } from '../../model/windows-version.ts';
import { DOTNET_FRAMEWORK_35_ID, DOTNET_FRAMEWORK_ID } from '../../windows/dotnet-framework.ts';
import { OS_PACKAGE_ID } from '../../windows/operating-system-package.ts';
import { frameworkCpe, productCpe, systemCpe } from './cpe.ts';

/** Their ids are constants that rules go by. */
const PARTS_OF_WINDOWS: readonly string[] = [OS_PACKAGE_ID, DOTNET_FRAMEWORK_ID, DOTNET_FRAMEWORK_35_ID];

/** `layers`: the distinct digests of the manifest as posted, base first. */
export function indexedImage(inventory: Inventory, layers: readonly string[]): IndexedImage {
  const { os, packages, notices } = inventory;
  const positions = new Map(layers.map((digest, position) => [digest, position]));
  const listed = new Map<string, IndexedPackage>();
  for (const each of inOrder(packages.filter(isListed))) {
    const one = toIndexed(each, os, positions);
    const key = packageId(one.name, one.version);
    const known = listed.get(key);
    listed.set(key, known ? merged(known, one) : one);
  }
  return {
    ...(os ? { system: indexedSystem(os) } : {}),
    packages: [...listed.values()],
    subjects: subjectsOf(inventory).map(({ key }) => key),
    notices: notices.filter(({ uncertain }) => uncertain),
  };
}

/**
 * Left out: updates, which are no software of their own, and what another package of the image brings and services, since
 * advisories are about that one. A part of Windows that advisories list as a product is listed for its findings.
 */
function isListed({ kind, match, ownedBy }: InventoryPackage): boolean {
  if (match?.by === 'product' || match?.by === 'windows-component') return true;
  return ownedBy === undefined && kind !== 'update' && kind !== 'component';
}

/** The operating system first, whatever comes after it. */
function inOrder(packages: readonly InventoryPackage[]): InventoryPackage[] {
  const isSystem = ({ id }: InventoryPackage): boolean => id === OS_PACKAGE_ID;
  return [...packages.filter(isSystem), ...packages.filter((each) => !isSystem(each))];
}

function toIndexed(
  each: InventoryPackage,
  os: OperatingSystem | undefined,
  positions: ReadonlyMap<string, number>,
): IndexedPackage {
  const { name, kind, match } = each;
  const isComponent = match?.by === 'windows-component';
  // It is fixed by the build of Windows, and that is what readers compare.
  const version = isComponent && os ? formatWindowsVersion(os) : each.version;
  const cpe = cpeOf(each, os);
  return {
    id: isComponent || PARTS_OF_WINDOWS.includes(each.id) ? each.id : packageId(name, version),
    name,
    version,
    kind,
    ...(cpe === undefined ? {} : { cpe }),
    places: placesOf(each, positions),
  };
}

/** Quay shows findings of the first package of a name and version alone. */
function merged(known: IndexedPackage, other: IndexedPackage): IndexedPackage {
  const places = new Map([...known.places, ...other.places].map((place) => [JSON.stringify(place), place]));
  const { aliases = [] } = known;
  const isNew = other.id !== known.id && !aliases.includes(other.id);
  return {
    ...known,
    ...(isNew ? { aliases: [...aliases, other.id] } : {}),
    places: [...places.values()],
  };
}

/** A library is in every file that names it; of anything else, what was read first says where it is. */
function placesOf(
  { kind, match, introducedIn, evidence }: InventoryPackage,
  positions: ReadonlyMap<string, number>,
): IndexedPlace[] {
  const scheme = match?.by === 'library' ? match.dependency.ecosystem : undefined;
  const seen = kind === 'library' ? evidence : evidence.slice(0, 1);
  const places = new Map<string, IndexedPlace>();
  for (const each of seen.length > 0 ? seen : [undefined]) {
    const place = {
      database: databaseOf(each, scheme),
      // What no layer is known to have brought, such as what the config states, came with the base.
      layer: positions.get((kind === 'library' ? each?.layer : introducedIn) ?? '') ?? 0,
    };
    places.set(JSON.stringify(place), place);
  }
  return [...places.values()];
}

function databaseOf(evidence: Evidence | undefined, scheme: string | undefined): string {
  if (!evidence) return 'windows:';
  const kind = scheme ?? (evidence.kind === 'registry' ? 'windows' : evidence.kind);
  return `${kind}:${evidence.path ?? ''}`;
}

function cpeOf(
  { id, version, match }: InventoryPackage,
  os: OperatingSystem | undefined,
): string | undefined {
  if (id === OS_PACKAGE_ID && os) return systemCpe(os.name, version, os.architecture ?? '');
  if (id === DOTNET_FRAMEWORK_ID || id === DOTNET_FRAMEWORK_35_ID) return frameworkCpe(version);
  return match?.by === 'product' ? productCpe(match.family, match.line, version) : undefined;
}

/** Windows as an inventory or a report states it. */
type StatedSystem = Pick<IndexedSystem, 'name' | 'build' | 'revision'> & {
  readonly [Part in 'installationType' | 'edition' | 'displayVersion' | 'architecture']:
    | string
    | null
    | undefined;
};

/** What is not known is an empty text. */
export function indexedSystem(os: StatedSystem): IndexedSystem {
  return {
    name: os.name,
    build: os.build,
    revision: os.revision,
    installationType: os.installationType ?? '',
    edition: os.edition ?? '',
    displayVersion: os.displayVersion ?? '',
    architecture: os.architecture ?? '',
  };
}
