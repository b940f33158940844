// Inventories of every shape that matching tells apart, and advisories that speak of all of it.
import fc from 'fast-check';
import type { Dependency } from '../../src/model/dependency.ts';
import type {
  DotNetFramework,
  InstallationType,
  Inventory,
  InventoryPackage,
  OperatingSystem,
  PackageMatch,
  ServicingUpdate,
} from '../../src/model/inventory.ts';
import type { LibraryAdvisories, LibraryAdvisory } from '../../src/model/library-advisories.ts';
import { buildInventory, buildOperatingSystem, buildPackage, NO_SERVICING } from './inventory.ts';

/** Two that are known, with all types; 99999 is not. */
const BUILDS = [17763, 20348, 99999];
const TYPES: readonly (InstallationType | undefined)[] = ['Nano Server', 'Server Core', 'Server', undefined];
const KBS = ['KB5900001', 'KB5900002', 'KB5900003', 'KB5900004'];
const LAYERS = ['a', 'b', 'c'].map((digit) => `sha256:${digit.repeat(64)}` as const);

/** Everything may lack: Windows, .NET Framework, packages. Equal products and libraries lie in several places. */
export function generatedInventory(): fc.Arbitrary<Inventory> {
  return fc
    .record({
      os: fc.option(system(), { nil: undefined, freq: 8 }),
      dotNetFramework: fc.option(framework(), { nil: undefined }),
      own: fc.subarray(['dotnet-framework', 'dotnet-framework-3.5', 'component:internet-explorer-11']),
      packages: fc.array(anyPackage(), { maxLength: 12 }),
      componentFiles: fc.option(
        fc.subarray(['FILES/WINDOWS/SYSTEM32/MQSVC.EXE', 'FILES/WINDOWS/SYSTEM32/DNS.EXE']),
        { nil: undefined },
      ),
    })
    .map(({ own, packages, componentFiles, ...parts }) =>
      buildInventory({
        ...parts,
        ...(componentFiles && { componentFiles }),
        packages: [
          ...own.map((id) => windowsPart(id)),
          ...packages.map((each, index) => ({ ...each, id: `${each.id}:${index}` })),
        ],
      }),
    );
}

/** What OSV might say of the libraries of these inventories. */
export const generatedLibraryAdvisories: LibraryAdvisories = {
  fetchedAt: '2026-07-01T00:00:00Z',
  of: ({ name }) => LIBRARY_ADVISORIES.filter(({ id }) => id.endsWith(`-${name}`)),
};

const LIBRARY_ADVISORIES: readonly LibraryAdvisory[] = ['left', 'right'].flatMap((name, index) => [
  libraryAdvisory(`GHSA-aaaa-${name}`, [`CVE-2026-700${index}`], '1.5.0'),
  libraryAdvisory(`PYSEC-2026-${name}`, [`CVE-2026-700${index}`], '1.5.0'),
  libraryAdvisory(`GHSA-bbbb-${name}`, [], undefined),
]);

function libraryAdvisory(id: string, aliases: readonly string[], fixed: string | undefined): LibraryAdvisory {
  const vector = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N';
  return {
    id,
    aliases,
    title: `About ${id}`,
    severity: fixed ? 'High' : 'Unknown',
    ...(fixed ? { cvss: { score: 8.7, vector } } : {}),
    ranges: [[['introduced', '0'], ...(fixed ? ([['fixed', fixed]] as const) : [])]],
    versions: [],
  };
}

function system(): fc.Arbitrary<OperatingSystem> {
  return fc
    .record({
      build: fc.constantFrom(...BUILDS),
      revision: fc.nat(500),
      installationType: fc.constantFrom(...TYPES),
      updates: fc.subarray(KBS).chain((kbs) => fc.tuple(...kbs.map(update))),
      introducedIn: fc.constantFrom(...LAYERS),
      edition: fc.constantFrom('ServerDatacenter', undefined),
    })
    .map(({ updates, ...os }) =>
      buildOperatingSystem({
        ...os,
        name: `Windows of ${os.build}`,
        servicing: { ...NO_SERVICING, updates },
      }),
    );
}

function update(kb: string): fc.Arbitrary<ServicingUpdate> {
  return fc.record({
    kb: fc.constant(kb),
    state: fc.constantFrom('installed' as const, 'superseded' as const, 'staged' as const),
    packages: fc.constant([`Package_for_${kb}`]),
    parents: fc.subarray(KBS, { maxLength: 1 }),
  });
}

function framework(): fc.Arbitrary<DotNetFramework> {
  return fc.record({
    version: fc.constantFrom('4.7.2', '4.8', undefined),
    release: fc.constant(528_049),
    has35: fc.boolean(),
    revision: fc.constantFrom(4500, 4690, undefined),
    revisionFrom: fc.constantFrom('package' as const, 'files' as const),
  });
}

function windowsPart(id: string): InventoryPackage {
  const place = { id, introducedIn: LAYERS[0], evidence: [{ kind: 'file' as const, data: id }] };
  return id.startsWith('component')
    ? buildPackage({
        ...place,
        name: 'Internet Explorer 11',
        version: '11.0.1.2',
        kind: 'component',
        ownedBy: 'os',
        match: { by: 'windows-component', component: 'Internet Explorer 11' },
      })
    : buildPackage({ ...place, name: `Microsoft .NET Framework ${id}`, version: '4.8' });
}

function anyPackage(): fc.Arbitrary<InventoryPackage> {
  const product = fc
    .tuple(
      fc.constantFrom<PackageMatch>(
        { by: 'product', family: 'dotnet', line: '8.0' },
        { line: '8.0', family: 'dotnet', by: 'product' },
        { by: 'product', family: 'powershell', line: '7.4' },
      ),
      fc.constantFrom('8.0.1', '8.0.27', '7.4.1'),
    )
    .map(([match, version]) => ({ name: 'A product', version, kind: 'product' as const, match }));
  const library = fc
    .record({
      ecosystem: fc.constantFrom<Dependency['ecosystem']>('npm', 'pypi'),
      name: fc.constantFrom('left', 'right'),
      version: fc.constantFrom('1.0.0', '1.5.0', '2.0.0'),
    })
    .map((dependency) => ({
      name: dependency.name,
      version: dependency.version,
      kind: 'library' as const,
      match: { by: 'library', dependency } as const,
    }));
  const program = fc
    .constantFrom('Program A', 'Program B', 'left')
    .map((name) => ({ name, kind: 'program' as const }));
  return fc
    .record({
      what: fc.oneof<fc.Arbitrary<Partial<InventoryPackage>>[]>(product, library, library, program),
      introducedIn: fc.constantFrom(...LAYERS),
      path: fc.constantFrom('Files/a', 'Files/b'),
      isOwned: fc.boolean(),
    })
    .map(({ what, introducedIn, path, isOwned }) =>
      buildPackage({
        ...what,
        introducedIn,
        id: path,
        evidence: [{ kind: 'file', layer: introducedIn, path, data: what.version ?? '' }],
        ...(isOwned && what.kind === 'library' ? { ownedBy: 'os' } : {}),
      }),
    );
}
