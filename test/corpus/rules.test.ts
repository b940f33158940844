// Findings of every server build and revision equal those of an independent implementation of the rules.
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { match } from '../../src/matching/match.ts';
import type { Advisories } from '../../src/model/advisories.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { InstallationType } from '../../src/model/inventory.ts';
import { BEFORE_THE_HISTORY, type RawEntry, readRawDocuments, readServerHistory } from './raw-documents.ts';
import { decide, PRODUCTS, vulnerableAt } from './rules-oracle.ts';
import { serverInventory } from './server-inventory.ts';
import { readSharedAdvisories } from './shared-advisories.ts';
import { hasSharedData, SHARED_DATA } from './shared-data.ts';

describe.skipIf(!hasSharedData)('rules R0 to R9 over all MSRC documents', () => {
  const history = hasSharedData ? readServerHistory(join(SHARED_DATA, 'windows-release-history.tsv')) : [];
  let advisories: Advisories;
  let raw: RawEntry[];

  beforeAll(async () => {
    advisories = await readSharedAdvisories();
    raw = (await readRawDocuments(join(SHARED_DATA, 'msrc'))).entries;
  });

  const findingsOf = (build: number, revision: number, type: InstallationType): readonly Finding[] =>
    match(serverInventory({ build, revision, installationType: type }), advisories).findings;

  test('the history has the rows it should', () => {
    expect(new Set(history.map((row) => `${row.build}.${row.revision}`)).size).toBe(930);
  });

  test.each(Object.keys(PRODUCTS).map(Number))('build %i: every revision, Server Core and full', (build) => {
    const revisions = [...new Set(history.filter((row) => row.build === build).map((row) => row.revision))];
    const types = ['Server Core', 'Server'] as const;
    for (const [index, product] of PRODUCTS[build]!.entries()) {
      const oracle = decide(raw, [...history, BEFORE_THE_HISTORY], build, product!);
      expect(oracle.length).toBeGreaterThan(300);
      for (const revision of revisions) {
        const findings = findingsOf(build, revision, types[index]!);
        const expected = vulnerableAt(oracle, revision);
        const ids = (wanted: boolean): string[] =>
          findings
            .filter((finding) => (finding.status === 'affected') === wanted)
            .map((finding) => finding.id)
            .sort();
        expect(ids(true), `${build}.${revision}`).toEqual(expected.fixed);
        expect(ids(false), `${build}.${revision}`).toEqual(expected.unfixed);
      }
    }
  });

  /** Published figures, from shared/msrc-data.md: image → CVEs with a fix available. */
  test.each([
    [14393, 4402, 2633],
    [17763, 1697, 3194],
    [20348, 2322, 1667],
    [26100, 2314, 1302],
    [26100, 32995, 0],
    [18363, 1556, 1],
  ])('10.0.%i.%i has %i', (build, revision, expected) => {
    const affected = findingsOf(build, revision, 'Server Core').filter((each) => each.status === 'affected');
    expect(affected.length).toBe(expected);
  });

  test('every finding says what it rests on', () => {
    for (const finding of findingsOf(20348, 2322, 'Server Core')) {
      expect(finding.evidence.length).toBeGreaterThan(0);
      expect(finding.rule).toMatch(/^R\d$/);
      expect(finding.source).toMatch(/^\d{4}-/);
      if (finding.status === 'affected') expect(finding.fixedIn.version).toMatch(/^10\.0\.20348\.\d+$/);
    }
  });
});
