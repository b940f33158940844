// The advice for every server build and revision equals what a plain loop over the raw documents gives.
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { adviceFor } from '../../src/matching/advice.ts';
import { inferUnstated } from '../../src/matching/infer-unstated.ts';
import { match } from '../../src/matching/match.ts';
import { triage } from '../../src/matching/triage.ts';
import type { Advice } from '../../src/model/advice.ts';
import type { Advisories } from '../../src/model/advisories.ts';
import type { InstallationType } from '../../src/model/inventory.ts';
import { headline } from '../../src/reports/advice-text.ts';
import { BEFORE_THE_HISTORY, type RawEntry, readRawDocuments, readServerHistory } from './raw-documents.ts';
import { decide, PRODUCTS } from './rules-oracle.ts';
import { serverInventory } from './server-inventory.ts';
import { readSharedAdvisories } from './shared-advisories.ts';
import { hasSharedData, SHARED_DATA } from './shared-data.ts';

const NOW = new Date('2026-07-06T22:00:00Z');

describe.skipIf(!hasSharedData)('advice over all MSRC documents', () => {
  const history = hasSharedData ? readServerHistory(join(SHARED_DATA, 'windows-release-history.tsv')) : [];
  let advisories: Advisories;
  let raw: RawEntry[];

  beforeAll(async () => {
    advisories = await readSharedAdvisories();
    raw = (await readRawDocuments(join(SHARED_DATA, 'msrc'))).entries;
  });

  function adviceOf(build: number, revision: number, type: InstallationType): Advice {
    const inventory = serverInventory({ build, revision, installationType: type });
    const findings = match(inventory, advisories).findings.filter(({ status }) => status !== 'advisory');
    return adviceFor(inventory, findings, advisories, NOW);
  }

  test.each(Object.keys(PRODUCTS).map(Number))('build %i: every revision, Server Core and full', (build) => {
    const revisions = [...new Set(history.filter((row) => row.build === build).map((row) => row.revision))];
    for (const [index, product] of PRODUCTS[build]!.entries()) {
      // An ID listed twice counts with its highest revision.
      const fixes = new Map<string, number>();
      const never = new Set<string>();
      for (const { id, fixedFrom } of decide(raw, [...history, BEFORE_THE_HISTORY], build, product!)) {
        if (fixedFrom === 'never' && id.startsWith('CVE-')) never.add(id);
        if (typeof fixedFrom === 'number') fixes.set(id, Math.max(fixedFrom, fixes.get(id) ?? 0));
      }
      for (const id of never) fixes.delete(id);
      for (const revision of revisions) {
        const open = [...fixes.values()].filter((fixedFrom) => revision < fixedFrom);
        const advice = adviceOf(build, revision, (['Server Core', 'Server'] as const)[index]!);
        const where = `${build}.${revision} ${product}`;
        expect(advice.rebuild?.ends ?? 0, where).toBe(open.length);
        expect(advice.total, where).toBe(open.length + never.size);
        const target = open.length > 0 ? `10.0.${build}.${Math.max(...open)}` : undefined;
        expect(advice.rebuild?.version, where).toBe(target);
        expect(advice.stays.find(({ reason }) => reason === 'no-fix')?.count ?? 0, where).toBe(never.size);
      }
    }
  });

  test('the newest version known is never below the one to rebuild on, nor another line’s', () => {
    for (const build of [14393, 17763, 20348, 25398, 26100]) {
      const { rebuild } = adviceOf(build, 1, 'Server Core');
      const own = history.filter((row) => row.build === build).map((row) => row.revision);
      const newest = Number(rebuild!.newest.split('.').at(-1));
      expect(newest).toBeGreaterThanOrEqual(Number(rebuild!.version.split('.').at(-1)));
      expect(newest).toBeGreaterThanOrEqual(Math.max(...own));
    }
  });

  test('says what Microsoft’s staff say by hand', () => {
    expect(headline(adviceOf(26100, 6584, 'Server Core'))).toMatch(
      /^Base is 10\.0\.26100\.6584 \(September 2025, 9 months old\)\. Rebuild on 10\.0\.26100\.32995 or later \(June 2026, KB5094125\): (\d+) of \d+ findings end\.$/,
    );
    expect(headline(adviceOf(19042, 1826, 'Server Core'))).toBe(
      'Base is 10.0.19042.1826, out of support since 2022-08-09: move to Windows Server 2022 (until 2031-10-14) or Windows Server 2025 (until 2034-10-10).',
    );
  });

  test('a release out of support has what its sibling has had since', () => {
    const inventory = serverInventory({ build: 19042, revision: 1826, installationType: 'Server Core' });
    const stated = match(inventory, advisories).findings;
    const inferred = inferUnstated(inventory, stated, advisories);
    const expected = new Set(
      raw
        .filter(
          ({ id, affected }) =>
            /^CVE-/.test(id) && (affected.includes('12097') || affected.includes('11931')),
        )
        .map(({ id }) => id),
    );
    expect(inferred.length).toBeGreaterThan(1000);
    for (const finding of inferred) {
      expect(expected.has(finding.id)).toBe(true);
      expect(finding.published! > '2022-08-09', finding.id).toBe(true);
      expect(finding).toMatchObject({ status: 'inferred', uncertain: true, fixedIn: { version: null } });
    }
    expect(new Set([...stated, ...inferred].map(({ id }) => id)).size).toBe(stated.length + inferred.length);
    const alive = serverInventory({ build: 20348, revision: 1, installationType: 'Server Core' });
    expect(inferUnstated(alive, [], advisories)).toEqual([]);
  });

  test('the table of components covers 95 % of the entries for Windows Server of the last three years', () => {
    const products = Object.entries(PRODUCTS)
      .filter(([build]) => [14393, 17763, 20348, 25398, 26100].includes(Number(build)))
      .flatMap(([, ids]) => [...ids] as string[]);
    const since = advisories.documents.findIndex(({ id }) => id === '2023-Jul');
    const recent = advisories.entries.filter(
      ({ id, document, affected }) =>
        id.startsWith('CVE-') && document >= since && products.some((product) => affected.has(product)),
    );
    expect(since).toBeGreaterThan(0);
    expect(recent.length).toBeGreaterThan(2000);
    // An image without any of the files: the case in which a table that is not sure says so.
    const covered = recent.filter((entry) => triage(entry, new Set()).class !== 'unknown');
    const share = covered.length / recent.length;
    console.log(`components: ${covered.length} of ${recent.length} entries, ${(share * 100).toFixed(1)} %`);
    expect(share).toBeGreaterThanOrEqual(0.95);
  });
});
