// Durations as Go's documentation gives them, and what Go refuses.
import { expect, test } from 'vitest';
import { parseDuration } from './duration.ts';

test.each([
  ['6h', 21_600_000],
  ['1m30s', 90_000],
  ['1.5h', 5_400_000],
  ['300ms', 300],
  ['2h45m', 9_900_000],
  ['.5s', 500],
  ['1.s', 1_000],
  ['1500us', 2],
  ['1500µs', 2],
  ['0', 0],
  ['0s', 0],
  ['-5s', -5_000],
  ['+5s', 5_000],
])('%s is %i ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', '6', '6 h', '6hours', '1d', 'h', '1h-5m', '.h', '1h 5m', '6H', '--1s', 'Infinityh', '1e3s'])(
  '%j is none',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);
