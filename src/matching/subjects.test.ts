// What an inventory is taken apart into gives the findings of the whole, and nothing that says where it was found.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { generatedAdvisories } from '../../test/builders/generated-advisories.ts';
import { generatedInventory, generatedLibraryAdvisories } from '../../test/builders/generated-inventory.ts';
import { buildInventory, buildOperatingSystem, buildPackage } from '../../test/builders/inventory.ts';
import type { Finding } from '../model/finding.ts';
import type { Inventory } from '../model/inventory.ts';
import { matchLibraries } from './libraries/match-libraries.ts';
import { match } from './match.ts';
import { subjectsOf } from './subjects.ts';

const advisories = generatedAdvisories();

function findings(inventory: Inventory): Finding[] {
  return [
    ...match(inventory, advisories).findings,
    ...matchLibraries(inventory.packages, generatedLibraryAdvisories),
  ];
}

/** Everything but where the package lies: by name and version instead. */
function comparable({ packages }: Inventory, found: readonly Finding[]): string[] {
  const names = new Map(packages.map(({ id, name, version }) => [id, `${name} ${version}`]));
  const lines = found.map((finding) =>
    JSON.stringify({ ...finding, package: names.get(finding.package), evidence: [] }),
  );
  return [...new Set(lines)].sort();
}

test('the findings of all subjects are those of the whole', () => {
  let total = 0;
  fc.assert(
    fc.property(generatedInventory(), (inventory) => {
      const whole = comparable(inventory, findings(inventory));
      const parts = subjectsOf(inventory).flatMap((subject) =>
        comparable(subject.inventory, findings(subject.inventory)),
      );
      total += whole.length;
      // A library of npm and one of PyPI may have one name and version, and one finding.
      expect([...new Set(parts)].sort()).toEqual(whole);
    }),
    { numRuns: 150 },
  );
  expect(total).toBeGreaterThan(1500);
});

test('a subject that was stored as JSON has the same findings', () => {
  fc.assert(
    fc.property(generatedInventory(), (inventory) => {
      for (const { inventory: own } of subjectsOf(inventory)) {
        expect(findings(JSON.parse(JSON.stringify(own)) as Inventory)).toEqual(findings(own));
      }
    }),
    { numRuns: 50 },
  );
});

test('ids of packages are unique among the subjects of an image, save where name and version are equal', () => {
  fc.assert(
    fc.property(generatedInventory(), (inventory) => {
      const ids = new Map<string, string>();
      for (const { inventory: own } of subjectsOf(inventory)) {
        for (const { id, name, version } of own.packages) {
          const known = ids.get(id) ?? `${name} ${version}`;
          expect(known).toBe(`${name} ${version}`);
          ids.set(id, known);
        }
      }
    }),
  );
});

test('where a product lies, in which layer, and what else is there, make no difference', () => {
  const match = { by: 'product', family: 'dotnet', line: '8.0' } as const;
  const product = (place: string) =>
    buildPackage({
      id: `dotnet:${place}`,
      match,
      evidence: [{ kind: 'file', path: place, data: '8.0.1' }],
      introducedIn: place === 'a' ? `sha256:${'a'.repeat(64)}` : undefined,
    });
  const [here] = subjectsOf(buildInventory({ packages: [product('a')] }));
  const os = buildOperatingSystem();
  expect(subjectsOf(buildInventory({ os, packages: [product('b'), product('c')] })).slice(1)).toEqual([here]);
});

test('every update of Windows is a subject of its own; edition, evidence and KBs are none of its business', () => {
  const key = (over: Parameters<typeof buildOperatingSystem>[0]) =>
    subjectsOf(buildInventory({ os: buildOperatingSystem(over) })).map((subject) => subject.key);
  const usual = key({});
  expect(usual).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/)]);
  expect(key({ revision: 1 })).not.toEqual(usual);
  expect(key({ installationType: 'Server' })).not.toEqual(usual);
  const servicing = {
    ...buildOperatingSystem().servicing,
    pending: true,
    updates: [{ kb: 'KB5900001', state: 'installed', packages: [], parents: [] }] as const,
  };
  expect(key({ edition: 'ServerDatacenter', evidence: [], servicing, endOfSupport: '2031-10-14' })).toEqual(
    usual,
  );
});

test('programs, updates, components and libraries that something else services are no subjects', () => {
  const dependency = { ecosystem: 'npm', name: 'left', version: '1.0' } as const;
  const packages = [
    buildPackage({ kind: 'program' }),
    buildPackage({ kind: 'update' }),
    buildPackage({ kind: 'component', ownedBy: 'os' }),
    buildPackage({ kind: 'library', ownedBy: 'os', match: { by: 'library', dependency } }),
  ];
  expect(subjectsOf(buildInventory({ packages }))).toEqual([]);
});

test('.NET Framework without Windows cannot be judged, and is no subject', () => {
  const dotNetFramework = { version: '4.8', release: 1, has35: false, revision: 1, revisionFrom: undefined };
  const packages = [buildPackage({ id: 'dotnet-framework' })];
  expect(subjectsOf(buildInventory({ dotNetFramework, packages }))).toEqual([]);
});
