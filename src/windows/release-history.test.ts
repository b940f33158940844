// The table of updates: well-formed, ordered, and asked the right way.
import { describe, expect, test } from 'vitest';
import { releaseHistory, revisionOfKb } from './release-history.ts';

describe.each([14393, 16299, 17134, 17763, 18362, 18363, 19041, 19042, 20348, 25398, 26100])(
  '%i',
  (build) => {
    const history = releaseHistory(build);

    test('oldest first, KBs of digits', () => {
      const revisions = history.map((update) => update.revision);
      expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
      for (const update of history) {
        expect(update.revision, JSON.stringify(update)).toBeGreaterThanOrEqual(0);
        expect(update.kb, JSON.stringify(update)).toMatch(/^(?:\d{7})?$/);
      }
    });

    test('no row twice', () => {
      expect(new Set(history.map((update) => `${update.revision}:${update.kb}`)).size).toBe(history.length);
    });
  },
);

// From Microsoft's release notes.
test.each([
  [14393, '5003197', 4401],
  [17763, '5044277', 6414],
  [20348, '5034770', 2322],
  [26100, '5046617', 2314],
])('%i: KB%s brought revision %i', (build, kb, revision) => {
  expect(revisionOfKb(build, kb)).toBe(revision);
});

test('a KB of another build, an unknown one, none', () => {
  expect(revisionOfKb(17763, '5034770')).toBeUndefined();
  expect(revisionOfKb(20348, '1234567')).toBeUndefined();
  expect(revisionOfKb(1, '5034770')).toBeUndefined();
  expect(releaseHistory(1)).toEqual([]);
});

test('hotpatches are marked', () => {
  const of26100 = releaseHistory(26100);
  expect(of26100.find((update) => update.kb === '5046696')?.hotpatch).toBe(true);
  expect(of26100.find((update) => update.kb === '5046617')?.hotpatch).toBe(false);
});
