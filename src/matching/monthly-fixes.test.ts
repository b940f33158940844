// What other months say of an entry without a fixing version.
import { expect, test } from 'vitest';
import { boundsOfMonth } from './monthly-fixes.ts';

const FIXES = [
  { document: 1, fix: 10 },
  { document: 3, fix: 30 },
  { document: 3, fix: 25 },
  { document: 5, fix: 50 },
];

test.each([
  [0, 10, undefined],
  [1, 10, 10],
  [2, 25, 10],
  [4, 50, 30],
  [6, undefined, 50],
])('of document %i: fixed from %s, broken below %s', (document, fixedFrom, stillBroken) => {
  expect(boundsOfMonth(FIXES, document, (a, b) => a - b)).toEqual({ fixedFrom, stillBroken });
});

test('where they contradict each other the later months count', () => {
  const revised = [
    { document: 1, fix: 80 },
    { document: 3, fix: 70 },
  ];
  expect(boundsOfMonth(revised, 2, (a, b) => a - b)).toEqual({ fixedFrom: 70, stillBroken: undefined });
});
