// What the images of a large registry are made of: a dozen Windows bases, patched now and then, with applications on them.
import { createHash } from 'node:crypto';
import type { IndexedImage, IndexedPackage } from '../src/model/indexed-image.ts';
import type { Inventory, InventoryPackage } from '../src/model/inventory.ts';
import type { MatchSubject } from '../src/model/match-subject.ts';
import { buildInventory, buildOperatingSystem, buildPackage } from '../test/builders/inventory.ts';

export const LOADED_LAYERS = 5_000;

/** Build, name, edition, first revision of 24 months. */
const BASES = [
  [14393, 'Windows Server 2016', 'Server Core', 5648],
  [14393, 'Windows Server 2016', 'Nano Server', 5648],
  [17763, 'Windows Server 2019', 'Server Core', 3887],
  [17763, 'Windows Server 2019', 'Nano Server', 3887],
  [17763, 'Windows Server 2019', 'Server', 3887],
  [19042, 'Windows Server, version 20H2', 'Server Core', 1052],
  [19042, 'Windows Server, version 20H2', 'Nano Server', 1052],
  [20348, 'Windows Server 2022', 'Server Core', 1487],
  [20348, 'Windows Server 2022', 'Nano Server', 1487],
  [20348, 'Windows Server 2022', 'Server', 1487],
  [26100, 'Windows Server 2025', 'Server Core', 1742],
  [26100, 'Windows Server 2025', 'Nano Server', 1742],
] as const;
const MONTHS = 24;

const RUNTIMES = ['6.0', '8.0', '9.0'].flatMap((line) =>
  Array.from({ length: 20 }, (_, patch) => ({ line, version: `${line}.${patch}` })),
);
const LIBRARIES = 3_000;
const MAX_LIBRARIES = 40;
const MIN_APPLICATION_LAYERS = 3;

/** Layers below this number are bases: one for each base and month. */
const BASE_LAYERS = BASES.length * MONTHS;

interface Part {
  readonly subject: MatchSubject;
  readonly package: Omit<IndexedPackage, 'places'>;
}

const SYSTEMS: readonly Part[] = BASES.flatMap(([build, name, installationType, first]) =>
  Array.from({ length: MONTHS }, (_, month) => {
    const revision = first + month * 120;
    const os = buildOperatingSystem({ build, name, installationType, revision, edition: 'ServerDatacenter' });
    return partOf(buildInventory({ os }), 'os', name, `10.0.${build}.${revision}`);
  }),
);

const RUNTIME_PARTS: readonly Part[] = RUNTIMES.map(({ line, version }) =>
  partOfPackage(
    buildPackage({
      name: '.NET',
      version,
      kind: 'product',
      match: { by: 'product', family: 'dotnet', line },
    }),
  ),
);

const LIBRARY_PARTS: readonly Part[] = Array.from({ length: LIBRARIES }, (_, index) => {
  const name = `Contoso.Library${Math.floor(index / 6)}`;
  const version = `${1 + (index % 6)}.${index % 10}.0`;
  return partOfPackage(
    buildPackage({ name, version, kind: 'library', purl: `pkg:nuget/${name}@${version}` }),
  );
});

/** All that images refer to. */
export function loadedSubjects(): MatchSubject[] {
  return [...SYSTEMS, ...RUNTIME_PARTS, ...LIBRARY_PARTS].map(({ subject }) => subject);
}

/** Keys of the subjects of the operating systems of this build. */
export function loadedSystems(build: number): string[] {
  return SYSTEMS.filter(({ subject }) => subject.inventory.os?.build === build).map(
    ({ subject }) => subject.key,
  );
}

/** Content `n` of an image, the same for the same number. */
export function loadedImage(n: number): IndexedImage {
  const random = numbers(n);
  const system = SYSTEMS[baseLayerOf(random)]!;
  const runtime = RUNTIME_PARTS[random(RUNTIME_PARTS.length)]!;
  // The first libraries are the popular ones.
  const libraries = Array.from(
    { length: random(MAX_LIBRARIES) },
    () => LIBRARY_PARTS[Math.min(random(LIBRARIES), random(LIBRARIES))]!,
  );
  return imageOf(n, [...new Set([system, runtime, ...libraries])]);
}

/** Numbers of the layers of manifest `n`, which has that content; below `LOADED_LAYERS`, base first. */
export function loadedLayers(n: number, content: number): number[] {
  const random = numbers(n + LOADED_LAYERS);
  const applications = Array.from(
    { length: MIN_APPLICATION_LAYERS + random(6) },
    () => BASE_LAYERS + random(LOADED_LAYERS - BASE_LAYERS),
  );
  return [...new Set([baseLayerOf(numbers(content)), ...applications])];
}

/** Which is the number of its operating system as well. */
function baseLayerOf(random: (limit: number) => number): number {
  return random(BASES.length) * MONTHS + random(MONTHS);
}

function imageOf(content: number, parts: readonly Part[]): IndexedImage {
  const os = parts[0]!.subject.inventory.os!;
  const packages = parts.map((part, index) => ({
    ...part.package,
    places: [
      {
        database: index === 0 ? 'windows:Hives/SOFTWARE' : `dotnet:app${content}/app.deps.json`,
        layer: index === 0 ? 0 : 2,
      },
    ],
  }));
  return {
    system: {
      name: os.name,
      build: os.build,
      revision: os.revision,
      installationType: os.installationType ?? '',
      edition: os.edition ?? '',
      displayVersion: '',
      architecture: 'amd64',
    },
    packages,
    subjects: parts.map(({ subject }) => subject.key),
    notices: [],
  };
}

function partOfPackage(item: InventoryPackage): Part {
  const inventory = buildInventory({ packages: [{ ...item, id: `${item.name} ${item.version}` }] });
  return partOf(inventory, item.kind, item.name, item.version);
}

function partOf(inventory: Inventory, kind: IndexedPackage['kind'], name: string, version: string): Part {
  const key = createHash('sha256').update(JSON.stringify(inventory)).digest('hex').slice(0, 16);
  return { subject: { key, inventory }, package: { id: key, name, version, kind } };
}

/** Numbers below a limit that look random and are the same for the same seed (xorshift32). */
function numbers(seed: number): (limit: number) => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}
