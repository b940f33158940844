// Pauses between attempts to deliver.
import { expect, test } from 'vitest';
import { backOffMs } from './back-off.ts';

const HOURLY = { firstMs: 5_000, maxMs: 3_600_000 };

test('begins within seconds, doubles, and ends at the limit', () => {
  const pauses = [1, 2, 3, 4, 9, 10, 11, 12, 1_000_000].map((failures) => backOffMs(HOURLY, failures, 0.5));
  expect(pauses).toEqual([
    5_000, 10_000, 20_000, 40_000, 1_280_000, 2_560_000, 3_600_000, 3_600_000, 3_600_000,
  ]);
});

test('is a quarter less to a quarter more', () => {
  expect([backOffMs(HOURLY, 1, 0), backOffMs(HOURLY, 1, 1)]).toEqual([3_750, 6_250]);
});
