// The rules R1 to R8, one small document each.
import { describe, expect, test } from 'vitest';
import { buildAdvisories } from '../../test/builders/advisories.ts';
import type { CvrfSpec, RemediationSpec, VulnerabilitySpec } from '../../test/builders/cvrf.ts';
import { releaseHistory } from '../windows/release-history.ts';
import { windowsRelease } from '../windows/releases.ts';
import { decideFixes, type FixDecision } from './fix-decision.ts';

/** Server Core of each build. */
const CORE = { 19041: '11769', 20348: '11924', 25398: '12244', 26100: '12437' };
const OTHER = '99999';

type Build = keyof typeof CORE;

let lastId = 1000;

/** An entry that affects Server Core of every build and one product that is no concern of ours. */
function entry(...fixes: RemediationSpec[]): VulnerabilitySpec {
  return { id: `CVE-2026-${++lastId}`, affected: [...Object.values(CORE), OTHER], fixes };
}

function month(id: string, ...vulnerabilities: VulnerabilitySpec[]): CvrfSpec {
  return { id, products: {}, vulnerabilities };
}

/** What is decided of the first entry of the first document. */
function decide(build: Build, ...documents: CvrfSpec[]): FixDecision {
  const decisions = decideFixes(buildAdvisories(...documents), windowsRelease(build)!, CORE[build]);
  const id = documents[0]!.vulnerabilities[0]!.id;
  return decisions.find((decision) => decision.entry.id === id)!;
}

/** The same for a document of one entry with these fixes. */
function decideOne(build: Build, ...fixes: RemediationSpec[]): FixDecision {
  return decide(build, month('2026-Jun', entry(...fixes)));
}

const server2022 = (revision: number): string => `10.0.20348.${revision}`;

describe('R1: the fixes of the product', () => {
  test('those for other products do not count', () => {
    const decision = decideOne(
      20348,
      { kb: '5900001', fixedBuild: server2022(100), products: [OTHER] },
      { kb: '5900002', fixedBuild: server2022(200), products: [CORE[20348]] },
    );
    expect(decision).toMatchObject({ rule: 'R3', revision: 200, kbs: ['5900002'] });
  });

  test('a fix without products is for all', () => {
    expect(decideOne(20348, { kb: '5900001', fixedBuild: server2022(100) })).toMatchObject({ revision: 100 });
  });

  test('entries that do not list the product are left out', () => {
    const document = month('2026-Jun', { id: 'CVE-2026-1000', affected: [OTHER] });
    expect(decideFixes(buildAdvisories(document), windowsRelease(20348)!, CORE[20348])).toEqual([]);
  });

  test('a known issue is no fix, whatever KB and build it carries', () => {
    const decision = decideOne(20348, { type: 'Known Issue', kb: '5900001', fixedBuild: server2022(100) });
    expect(decision).toMatchObject({ rule: 'R8', revision: undefined });
  });
});

describe('R2: hotpatches', () => {
  const cumulative = { kb: '5900002', fixedBuild: server2022(200), subType: 'Security Update' };

  test.each([
    'Security Hotpatch Update',
    'SecurityHotpatchUpdate',
    'AzureHotpatch',
    'Security HotPatch Update',
  ])('"%s" gives way to the cumulative update', (subType) => {
    const hotpatch = { kb: '5900001', fixedBuild: server2022(190), subType };
    expect(decideOne(20348, hotpatch, cumulative)).toMatchObject({
      revision: 200,
      kbs: ['5900002'],
      conflict: undefined,
      hotpatchOnly: false,
    });
  });

  test('one alone is used, and said to be one', () => {
    const hotpatch = { kb: '5900001', fixedBuild: server2022(190), subType: 'AzureHotpatch' };
    expect(decideOne(20348, hotpatch)).toMatchObject({ revision: 190, hotpatchOnly: true });
  });

  test('one that hides as an ordinary fix is known from other entries', () => {
    const hidden = { kb: '5900001', fixedBuild: server2022(190), subType: 'Security Update' };
    const known = entry({ ...hidden, subType: 'AzureHotpatch' }, cumulative);
    const decision = decide(20348, month('2026-Jun', entry(hidden, cumulative), known));
    expect(decision).toMatchObject({ revision: 200, kbs: ['5900002'], conflict: [190, 200] });
  });

  test('when all candidates are hotpatches elsewhere, the lowest stays', () => {
    const hidden = [190, 195].map((revision) => ({
      kb: `5900${revision}`,
      fixedBuild: server2022(revision),
    }));
    const known = entry(...hidden.map((fix) => ({ ...fix, subType: 'AzureHotpatch' })));
    expect(decide(20348, month('2026-Jun', entry(...hidden), known))).toMatchObject({ revision: 190 });
  });
});

describe('R3: the fixed build', () => {
  test('of the same build', () => {
    const decision = decideOne(25398, { kb: '5900001', fixedBuild: '10.0.25398.100' });
    expect(decision).toMatchObject({ rule: 'R3', revision: 100, kbs: ['5900001'] });
  });

  test.each<[Build, string]>([
    [25398, '10.0.20348.2762'],
    [26100, '10.0.26200.4000'],
    [26100, '26100.4000'],
    [26100, '10.0.26100'],
    [26100, '6.3.9600.22318'],
  ])('on %i, "%s" is an error in the data', (build, fixedBuild) => {
    expect(decideOne(build, { kb: '5900001', fixedBuild })).toMatchObject({ rule: 'unplaced' });
  });

  test.each<[number, boolean]>([
    [7462, true],
    [7463, false],
    [8655, false],
    [32229, false],
    [32230, true],
  ])('26100.%i is on the line of the server: %j', (revision, own) => {
    const decision = decideOne(26100, { kb: '5900001', fixedBuild: `10.0.26100.${revision}` });
    expect(decision.revision).toBe(own ? revision : undefined);
  });
});

describe('R4: the KB in the release history', () => {
  const { kb, revision } = releaseHistory(20348).at(-1)!;

  test('without a fixed build', () => {
    expect(decideOne(20348, { kb })).toMatchObject({ rule: 'R4', revision, kbs: [kb] });
  });

  test('with that of another branch', () => {
    expect(decideOne(20348, { kb, fixedBuild: '10.0.17763.9999' })).toMatchObject({ rule: 'R4', revision });
  });

  test('the fixed build goes before the history', () => {
    expect(decideOne(20348, { kb, fixedBuild: server2022(7) })).toMatchObject({ rule: 'R3', revision: 7 });
  });

  test('the history of another build does not count', () => {
    expect(decideOne(25398, { kb })).toMatchObject({ rule: 'unplaced' });
  });
});

describe('R5: the same KB in another entry', () => {
  const unclear = month('2026-Jun', entry({ kb: '5900001' }));

  test('also of another document; the lowest build counts', () => {
    const clear = [300, 250].map((revision) => entry({ kb: '5900001', fixedBuild: server2022(revision) }));
    const decision = decide(20348, unclear, month('2026-May', ...clear));
    expect(decision).toMatchObject({ rule: 'R5', revision: 250, kbs: ['5900001'] });
  });

  test('on this build only', () => {
    const clear = entry({ kb: '5900001', fixedBuild: '10.0.17763.300' });
    expect(decide(20348, unclear, month('2026-May', clear))).toMatchObject({ rule: 'unplaced' });
  });
});

describe('R6: what the document usually says', () => {
  const stackUpdate = entry({ kb: '5900009' });
  const at = (revision: number): VulnerabilitySpec => entry({ fixedBuild: server2022(revision) });

  test('the most frequent revision, though another is higher', () => {
    const decision = decide(20348, month('2026-Jun', stackUpdate, at(200), at(300), at(200)));
    expect(decision).toMatchObject({ rule: 'R6', revision: 200, kbs: ['5900009'] });
  });

  test('of equally frequent ones the higher', () => {
    expect(decide(20348, month('2026-Jun', stackUpdate, at(300), at(200)))).toMatchObject({ revision: 300 });
  });

  test('other documents do not count', () => {
    const decision = decide(20348, month('2026-Jun', stackUpdate), month('2026-May', at(200)));
    expect(decision).toMatchObject({ rule: 'unplaced', revision: undefined, kbs: ['5900009'] });
  });
});

test('sibling: another build of the branch counts the same revisions', () => {
  expect(decideOne(19041, { kb: '5900001', fixedBuild: '10.0.19045.7417' })).toMatchObject({
    rule: 'sibling',
    revision: 7417,
  });
});

describe('R7: several candidates', () => {
  test('the lowest, and the conflict is recorded', () => {
    const decision = decideOne(
      20348,
      { kb: '5900003', fixedBuild: server2022(300) },
      { kb: '5900002', fixedBuild: server2022(200) },
    );
    expect(decision).toMatchObject({ revision: 200, kbs: ['5900002'], conflict: [200, 300] });
  });

  test('one revision named twice is no conflict; both KBs bring it', () => {
    const fixes = ['5900001', '5900002'].map((kb) => ({ kb, fixedBuild: server2022(200) }));
    expect(decideOne(20348, ...fixes)).toMatchObject({ kbs: ['5900001', '5900002'], conflict: undefined });
  });
});

test('R8: no fix at all', () => {
  expect(decideOne(20348)).toMatchObject({ rule: 'R8', revision: undefined, kbs: [] });
});
