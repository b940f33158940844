// Who decides the revision, and who is reported as disagreeing.
import { describe, expect, test } from 'vitest';
import { parseWindowsVersion } from '../model/windows-version.ts';
import { decideRevision, type RevisionWitnesses } from './revision.ts';
import type { FileWitness } from './witness-files.ts';

function decide(over: Partial<RevisionWitnesses>): ReturnType<typeof decideRevision> {
  return decideRevision({
    build: 19042,
    siblings: [19041, 19045],
    registry: 1500,
    cumulative: [],
    config: undefined,
    files: [],
    ...over,
  });
}

const rollup = (version: string, state: 'installed' | 'superseded' = 'installed') => ({
  identity: `Package_for_RollupFix~31bf3856ad364e35~amd64~~${version}`,
  version,
  state,
});

const file = (version: string): FileWitness => ({
  version: parseWindowsVersion(version)!,
  architecture: undefined,
  evidence: { kind: 'file', path: `Files/Windows/System32/${version}.dll`, data: version },
});

test('the registry, when nobody disagrees', () => {
  expect(decide({ config: '10.0.19042.1500', files: [file('10.0.19042.1500')] })).toEqual({
    revision: 1500,
    decidedBy: 'registry',
    package: undefined,
    notices: [],
  });
});

describe('an installed cumulative package of another revision: the lower one counts', () => {
  test.each([
    ['19042.1400.1.2', 1400, 'package', 1],
    ['19042.1600.1.2', 1500, 'registry', 1],
    // Enablement packages leave the number of the build they enable.
    ['19041.1400.1.2', 1400, 'package', 1],
    ['17763.1400.1.2', 1500, 'registry', 0],
  ])('%s: %i by the %s', (version, revision, decidedBy, conflicts) => {
    const decision = decide({ cumulative: [rollup(version)] });
    expect(decision).toMatchObject({ revision, decidedBy });
    expect(decision.notices.map(({ code, uncertain }) => [code, uncertain])).toEqual(
      Array.from({ length: conflicts }, () => ['REVISION_CONFLICT', true]),
    );
  });

  test('superseded packages are history', () => {
    expect(decide({ cumulative: [rollup('19042.1400.1.2', 'superseded')] }).notices).toEqual([]);
  });
});

describe('without UBR', () => {
  test.each([
    [{ cumulative: [rollup('19042.1400.1.2')], config: '10.0.19042.1600' }, 1400, 'package'],
    [{ config: '10.0.19042.1600' }, 1600, 'config'],
    [{ config: '10.0.20348.1600' }, 0, 'nobody'],
    [{}, 0, 'nobody'],
  ] as const)('%#: %s', (over, revision, decidedBy) => {
    const decision = decide({ registry: undefined, ...over });
    expect(decision).toMatchObject({ revision, decidedBy });
    expect(decision.notices.every(({ uncertain }) => uncertain)).toBe(true);
    expect(decision.notices.length).toBeGreaterThan(0);
  });
});

describe('files', () => {
  test.each([
    [['10.0.19042.1499', '10.0.19041.1'], 0],
    [['10.0.19042.1501', '10.0.19041.1700'], 1],
    [['10.0.17763.9999'], 0],
  ])('%j: %i conflicts, named once by the newest', (versions, conflicts) => {
    const { notices } = decide({ files: versions.map(file) });
    expect(notices.length).toBe(conflicts);
    if (conflicts > 0) expect(notices[0]?.message).toContain('10.0.19041.1700');
  });
});

test('another os.version is reported with both values', () => {
  const { notices, revision } = decide({ config: '10.0.19042.1499' });
  expect(revision).toBe(1500);
  expect(notices).toMatchObject([{ code: 'REVISION_CONFLICT', uncertain: true }]);
  expect(notices[0]?.message).toMatch(/10\.0\.19042\.1499.*10\.0\.19042\.1500/);
});
