// What a change is measured from when versions of the advisories were removed.
import { expect, test } from 'vitest';
import { versionToCompare } from './version-to-compare.ts';

test.each([
  ['it is kept', [5, 4, 3], 4, 4],
  ['it alone was removed', [5, 3, 2], 4, 3],
  ['it and all before it were pruned', [9, 8, 7], 4, 7],
  ['the newest was taken back', [3, 2], 4, 3],
  ['nothing is kept', [], 4, undefined],
])('%s', (_, kept, processed, expected) => {
  expect(
    versionToCompare(
      kept.map((id) => ({ id })),
      processed,
    ),
  ).toBe(expected);
});
