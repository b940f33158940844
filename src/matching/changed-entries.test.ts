// Beside the entries that changed, findings are equal under both states of the advisories, at every update level.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildAdvisories } from '../../test/builders/advisories.ts';
import { generatedAdvisories } from '../../test/builders/generated-advisories.ts';
import { generatedInventory } from '../../test/builders/generated-inventory.ts';
import { buildInventory, buildOperatingSystem, buildPackage } from '../../test/builders/inventory.ts';
import { changedEntries } from './changed-entries.ts';
import { match } from './match.ts';
import { subjectsOf } from './subjects.ts';

const before = generatedAdvisories(2);
const now = generatedAdvisories(3);

test('the findings of the changed entries are all that differs', () => {
  let skipped = 0;
  fc.assert(
    fc.property(generatedInventory(), (inventory) => {
      for (const { inventory: own } of subjectsOf(inventory)) {
        const ids = changedEntries(own, before, now);
        if (!ids) continue;
        const rest = (advisories: typeof now) =>
          match(own, advisories).findings.filter(({ id }) => !ids.has(id));
        expect(rest(now)).toEqual(rest(before));
        skipped += rest(now).length;
        const wanted = match(own, now).findings.filter(({ id }) => ids.has(id));
        expect(match(own, now, ids).findings).toEqual(wanted);
      }
    }),
    { numRuns: 50 },
  );
  expect(skipped).toBeGreaterThan(50);
});

test.each([
  ['a fix', { fixes: [{ kb: '5900001', fixedBuild: '10.0.20348.300' }] }],
  ['a severity', { severity: 'Critical' }],
  ['a score', { score: 9.8 }],
  ['a title', { title: 'Another' }],
  ['an attack', { exploited: true }],
])('%s that is new makes an entry a changed one, and no other', (_, over) => {
  const entry = { id: 'CVE-2026-1000', affected: ['11924'], published: '2026-06-09' };
  const other = { id: 'CVE-2026-2000', affected: ['11924'] };
  const documents = (first: object) =>
    buildAdvisories({ id: '2026-Jun', products: {}, vulnerabilities: [{ ...entry, ...first }, other] });
  const windows = buildInventory({ os: buildOperatingSystem() });
  expect([...changedEntries(windows, documents({}), documents(over))!]).toEqual(['CVE-2026-1000']);
  expect([...changedEntries(windows, documents(over), documents(over))!]).toEqual([]);
});

test('what is not Windows alone is compared whole', () => {
  const os = buildOperatingSystem();
  expect(changedEntries(buildInventory({ os, packages: [buildPackage()] }), before, now)).toBeUndefined();
  expect(changedEntries(buildInventory({ packages: [] }), before, now)).toBeUndefined();
  expect(changedEntries(buildInventory({ os: { ...os, build: 1 } }), before, now)).toBeUndefined();
});
