// What is known of attacks, in words.
import { expect, test } from 'vitest';
import { buildFinding } from '../../../test/builders/report.ts';
import { remarks } from './finding-words.ts';

const said = (over: Parameters<typeof buildFinding>[1]): string[] =>
  remarks(buildFinding('CVE-2025-0001', { where: null, ...over }));

test.each([
  [{ due: '2026-01-02', ransomware: false }, 'CISA knows it to be exploited: due 2026-01-02'],
  [
    { due: '2026-01-02', ransomware: true },
    'CISA knows it to be exploited, in ransomware campaigns: due 2026-01-02',
  ],
  [{ due: null, ransomware: false }, 'CISA knows it to be exploited: listed 2025-12-12'],
])('of CISA %j', (kev, words) => {
  expect(said({ kev: { added: '2025-12-12', ...kev } })).toEqual([words]);
});

test.each([
  [0.93412, 0.99871, 'EPSS 0.93, higher than 99 % of all'],
  [1, 1, 'EPSS 1.00, higher than 99 % of all'],
  [0.00043, 0.29, 'EPSS under 0.01, higher than 29 % of all'],
  [0, 0, 'EPSS under 0.01, higher than 0 % of all'],
])('of EPSS %d, %d', (probability, percentile, words) => {
  expect(said({ epss: { probability, percentile } })).toEqual([words]);
});

test('of nobody nothing', () => {
  expect(said({})).toEqual([]);
});
