// Document IDs: what is one, their order, and which are recent.
import { expect, test } from 'vitest';
import { compareDocumentIds, isDocumentId, recentDocumentIds, sameDocumentId } from './document-id.ts';

test.each(['2026-Jul', '2018-FEB', '2017-May-B'])('%s is one', (id) => {
  expect(isDocumentId(id)).toBe(true);
});

test.each(['', '2026', 'Jul-2026', '2026-Jul/../..', '2026-Jul ', '2026-Jul\n', '../2026-Jul', '2026-Jul-'])(
  '%j is none',
  (id) => {
    expect(isDocumentId(id)).toBe(false);
  },
);

test('oldest first, by month and not by letter', () => {
  const sorted = ['1999-Dec', '2018-Jan', '2018-FEB', '2018-Apr', '2018-Apr-B', '2019-Jan'];
  expect([...sorted].reverse().sort(compareDocumentIds)).toEqual(sorted);
  expect(compareDocumentIds('2018-Feb', '2018-Feb')).toBe(0);
});

test('recent: this month and the two before, across the year, in UTC', () => {
  expect(recentDocumentIds(new Date('2026-01-31T23:59:59Z'))).toEqual(['2026-Jan', '2025-Dec', '2025-Nov']);
  expect(recentDocumentIds(new Date('2026-07-01T01:00:00+02:00'))).toEqual([
    '2026-Jun',
    '2026-May',
    '2026-Apr',
  ]);
});

test('spelling of letters does not matter', () => {
  expect(sameDocumentId('2018-FEB', '2018-Feb')).toBe(true);
  expect(sameDocumentId('2018-Feb', '2019-Feb')).toBe(false);
});
