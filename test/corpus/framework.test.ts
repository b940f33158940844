// Findings of .NET Framework, for every version, Windows and update level, equal those of an independent implementation.
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { match } from '../../src/matching/match.ts';
import type { Advisories } from '../../src/model/advisories.ts';
import type { ServicingUpdate } from '../../src/model/inventory.ts';
import {
  decideFramework,
  type Framework,
  frameworkListings,
  frameworkVulnerabilities,
  type Level,
  type Listing,
  lineOf,
  revisionsOf,
} from './framework-oracle.ts';
import { readRawDocuments, readServerHistory } from './raw-documents.ts';
import { PRODUCTS } from './rules-oracle.ts';
import { productPackage, serverInventory } from './server-inventory.ts';
import { readSharedAdvisories } from './shared-advisories.ts';
import { hasSharedData, SHARED_DATA } from './shared-data.ts';

const PACKAGE = 'dotnet-framework';

/** Above every revision that is or will be. */
const NEWEST = 99_999;

/** What each Windows is listed with, read off the documents by hand; the 4.x versions are tested beside 3.5. */
const VERSIONS: readonly (readonly [build: number, versions: readonly string[]])[] = [
  [14393, ['4.6.2', '4.7', '4.7.1', '4.7.2', '4.8']],
  [16299, ['4.7.1', '4.7.2']],
  [17134, ['4.7.2', '4.8']],
  [17763, ['4.7.2', '4.8']],
  [18362, ['4.8']],
  [18363, ['4.8']],
  [19041, ['4.8']],
  [19042, ['4.8']],
  [20348, ['4.8', '4.8.1']],
  [25398, ['4.8.1']],
  [26100, ['4.8.1']],
];

interface Target extends Framework {
  installationType: 'Server Core' | 'Server';
}

const TARGETS: readonly Target[] = VERSIONS.flatMap(([build, versions]) =>
  PRODUCTS[build]!.flatMap((platform, index) =>
    versions.map(
      (version): Target => ({
        build,
        platform: platform!,
        version,
        has35: true,
        installationType: index === 0 ? 'Server Core' : 'Server',
      }),
    ),
  ),
);

const NAMED = TARGETS.map((target) => [title(target), target] as const);

describe.skipIf(!hasSharedData)('rules N1 to N5 over all MSRC documents', () => {
  const history = hasSharedData ? readServerHistory(join(SHARED_DATA, 'windows-release-history.tsv')) : [];
  let advisories: Advisories;
  let listings: Listing[];

  beforeAll(async () => {
    advisories = await readSharedAdvisories();
    listings = frameworkListings(await readRawDocuments(join(SHARED_DATA, 'msrc')));
  });

  const findingsOf = (target: Target, level: Level, updates: readonly ServicingUpdate[] = []) => {
    const { build, version, has35, installationType } = target;
    const inventory = serverInventory({
      build,
      revision: level.osRevision,
      installationType,
      updates,
      dotNetFramework: {
        version,
        release: undefined,
        has35,
        revision: level.revision,
        revisionFrom: level.revision === undefined ? undefined : 'package',
      },
      packages: [productPackage(PACKAGE, `${version ?? '3.5'}.${level.revision ?? 0}`, undefined)],
    });
    return match(inventory, advisories).findings.filter((finding) => finding.package === PACKAGE);
  };

  const idsOf = (target: Target, level: Level, updates?: readonly ServicingUpdate[]) => {
    const findings = findingsOf(target, level, updates);
    const ids = (affected: boolean): string[] =>
      findings
        .filter((finding) => (finding.status === 'affected') === affected)
        .map((finding) => finding.id)
        .sort();
    return { fixed: ids(true), unfixed: ids(false) };
  };

  const decide = (framework: Framework) => decideFramework(listings, history, framework);

  test('each Windows is listed with the versions that are tested', () => {
    const listed = Object.entries(PRODUCTS).map(([build, platforms]) => {
      const ours = listings.filter((listing) => platforms.includes(listing.platform));
      const versions = new Set(ours.flatMap((listing) => listing.versions));
      return [Number(build), [...versions].filter((version) => version !== '3.5').sort()];
    });
    expect(listed).toEqual(VERSIONS);
  });

  test('every product of the five long-term releases is decided for some version', () => {
    const platforms = TARGETS.map((target) => target.platform);
    const ours = listings.filter((listing) => platforms.includes(listing.platform));
    const decided = TARGETS.flatMap((target) => decide(target).map((decision) => decision.product));
    expect([...new Set(decided)].sort()).toEqual([...new Set(ours.map((each) => each.product))].sort());
    expect(decided).toEqual(
      expect.arrayContaining(
        // Server 2016, 2019, 2022, 23H2 and 2025, as Server Core
        [
          ...['11677-10855', '11723-10855', '11650-10855', '11676-10855', '11677-11572', '11676-11572'],
          ...['11676-11924', '12079-11924', '12079-12244', '12079-12437'],
        ],
      ),
    );
  });

  test.each(NAMED)('%s: every rollup', (_, target) => {
    const decisions = decide(target);
    expect(decisions.length).toBeGreaterThan(0);
    const revisions = revisionsOf(listings, lineOf(target.version!));
    expect(new Set(revisions).size).toBeGreaterThanOrEqual(15);
    const levels = new Set([0, ...revisions.flatMap((revision) => [revision - 1, revision]), NEWEST]);
    for (const revision of levels) {
      const level: Level = { osRevision: newestOf(target.build), revision, kbs: [] };
      expect(idsOf(target, level), `rollup ${revision}`).toEqual(frameworkVulnerabilities(decisions, level));
    }
  });

  test.each(NAMED)('%s: every update of Windows', (_, target) => {
    const decisions = decide(target);
    const isServiced = decisions.some((decision) => decision.osRevisions.length > 0);
    for (const osRevision of isServiced ? osRevisionsOf(target.build) : [0, newestOf(target.build)]) {
      const level: Level = { osRevision, revision: NEWEST, kbs: [] };
      expect(idsOf(target, level), `10.0.${target.build}.${osRevision}`).toEqual(
        frameworkVulnerabilities(decisions, level),
      );
    }
  });

  test.each(NAMED)('%s: a rollup that cannot be told is none', (_, target) => {
    const decisions = decide(target);
    for (const osRevision of [0, newestOf(target.build)]) {
      const level: Level = { osRevision, revision: undefined, kbs: [] };
      expect(idsOf(target, level)).toEqual(frameworkVulnerabilities(decisions, level));
    }
  });

  test.each(NAMED)('%s: with and without 3.5, and 3.5 alone', (_, target) => {
    const level: Level = { osRevision: 0, revision: 0, kbs: [] };
    for (const variant of [
      { ...target, has35: false },
      { ...target, version: undefined },
    ]) {
      const expected = frameworkVulnerabilities(decide(variant), level);
      expect(idsOf(variant, level)).toEqual(expected);
    }
  });

  const byKb = (target: Target) => decide(target).filter((decision) => decision.kbs.length > 0);

  test('some of what is older than 2022 has nothing but a KB', () => {
    const withKb = TARGETS.filter((target) => byKb(target).length > 0).map(title);
    expect(withKb).toEqual(
      expect.arrayContaining([
        '4.8 on 14393 Server Core',
        '4.7.2 on 17763 Server Core',
        '4.8 on 17763 Server',
        '4.8 on 18362 Server Core',
      ]),
    );
  });

  test.each(NAMED)('%s: every KB, installed or part of one installed', (_, target) => {
    const level: Level = { osRevision: newestOf(target.build), revision: 0, kbs: [] };
    const decisions = decide(target);
    for (const kb of new Set(byKb(target).flatMap((decision) => decision.kbs))) {
      const expected = frameworkVulnerabilities(decisions, { ...level, kbs: [kb] });
      expect(expected.fixed.length).toBeLessThan(frameworkVulnerabilities(decisions, level).fixed.length);
      const child = 'KB1';
      expect(idsOf(target, level, [update(`KB${kb}`)]), kb).toEqual(expected);
      expect(idsOf(target, level, [update(child, { parents: [`KB${kb}`] })]), kb).toEqual(expected);
      expect(idsOf(target, level, [update(`KB${kb}`, { state: 'staged' })]), kb).toEqual(
        frameworkVulnerabilities(decisions, level),
      );
    }
  });

  /** Looked up in the documents by hand: a CVE, and the last and first level with and without it. */
  test.each<[string, string, Pick<Level, 'osRevision' | 'revision'>, Pick<Level, 'osRevision' | 'revision'>]>(
    [
      ['4.8 on 20348 Server Core', 'CVE-2024-0056', rollup(4689), rollup(4690)],
      // 4.8.09214.01 there, which is 4.8.1; KB5034272 is 4690 elsewhere
      ['4.8 on 20348 Server Core', 'CVE-2024-29059', rollup(4689), rollup(4690)],
      // 10.0.14393.5989 and KB5027219 there, of Server 2016; 4644 is June 2023
      ['4.8 on 20348 Server Core', 'CVE-2023-32030', rollup(4643), rollup(4644)],
      ['4.8.1 on 20348 Server Core', 'CVE-2025-21176', rollup(9293), rollup(9294)],
      // 09115.01
      ['4.8.1 on 20348 Server Core', 'CVE-2022-41089', rollup(9114), rollup(9115)],
      // 4.8.9334.0 and 4.8.4802.0
      ['4.8.1 on 20348 Server', 'CVE-2026-35433', rollup(9333), rollup(9334)],
      ['4.8 on 20348 Server', 'CVE-2026-35433', rollup(4801), rollup(4802)],
      // 10.0.04005.02
      ['4.7.2 on 17763 Server Core', 'CVE-2022-41064', rollup(4004), rollup(4005)],
      // 3.5.04057.05; 4057 is August 2023
      ['4.7.2 on 17763 Server Core', 'CVE-2023-36899', rollup(4056), rollup(4057)],
      ['4.8 on 17763 Server', 'CVE-2025-55248', rollup(4797), rollup(4798)],
      ['4.8 on 14393 Server Core', 'CVE-2024-21409', rollup(4717), rollup(4718)],
      ['4.7.2 on 14393 Server Core', 'CVE-2025-55248', windows(8518), windows(8519)],
      ['4.6.2 on 14393 Server', 'CVE-2023-36049', windows(6451), windows(6452)],
      // KB4534271 only
      ['4.7 on 14393 Server Core', 'CVE-2020-0646', windows(3442), windows(3443)],
      ['4.8.1 on 25398 Server Core', 'CVE-2024-38081', windows(1008), windows(1009)],
      ['4.8.1 on 26100 Server Core', 'CVE-2026-23666', rollup(9331), rollup(9332)],
    ],
  )('%s: %s', (name, id, before, after) => {
    const target = TARGETS.find((each) => title(each) === name)!;
    expect(idsOf(target, { ...before, kbs: [] }).fixed).toContain(id);
    const { fixed, unfixed } = idsOf(target, { ...after, kbs: [] });
    expect([...fixed, ...unfixed]).not.toContain(id);
  });

  test('each finding says what decided it', () => {
    for (const [, target] of NAMED) {
      for (const finding of findingsOf(target, { osRevision: 0, revision: 0, kbs: [] })) {
        expect(finding.rule).toMatch(/^[NR]\d$/);
        expect(finding.source).toMatch(/^\d{4}-/);
      }
    }
  });

  function osRevisionsOf(build: number): number[] {
    return [...new Set(history.filter((row) => row.build === build).map((row) => row.revision))];
  }

  function newestOf(build: number): number {
    return Math.max(...osRevisionsOf(build));
  }
});

function title({ version, build, installationType }: Target): string {
  return `${version} on ${build} ${installationType}`;
}

function rollup(revision: number): Pick<Level, 'osRevision' | 'revision'> {
  return { osRevision: NEWEST, revision };
}

function windows(osRevision: number): Pick<Level, 'osRevision' | 'revision'> {
  return { osRevision, revision: NEWEST };
}

function update(kb: string, how: Partial<ServicingUpdate> = {}): ServicingUpdate {
  return { kb, state: 'installed', packages: [], parents: [], ...how };
}
