// Vectors as Quay's page can show them, or none.
import { expect, test } from 'vitest';
import { cvssData } from './cvss-data.ts';

const BASE = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H';

test('as Microsoft writes them, with what lies beyond the base score', () => {
  expect(cvssData(8.8, `${BASE}/E:U/RL:O/RC:C`)).toEqual({
    version: '3.1',
    vectorString: `${BASE}/E:U/RL:O/RC:C`,
    baseScore: 8.8,
    baseSeverity: 'HIGH',
  });
  expect(cvssData(8.8, BASE.replace('3.1', '3.0'))).toMatchObject({ version: '3.0' });
});

test.each([
  [10, 'CRITICAL'],
  [9, 'CRITICAL'],
  [8.9, 'HIGH'],
  [7, 'HIGH'],
  [6.9, 'MEDIUM'],
  [4, 'MEDIUM'],
  [3.9, 'LOW'],
  [0.1, 'LOW'],
  [0, 'NONE'],
])('%d is %s', (score, word) => {
  expect(cvssData(score, BASE)?.baseSeverity).toBe(word);
});

test.each([
  ['an unknown metric', `${BASE}/XX:Y`],
  ['an unknown value', `${BASE}/E:Z`],
  ['a long value', `${BASE}/E:UU`],
  ['a metric twice', `${BASE}/AV:L`],
  ['nothing', `${BASE}/`],
])('%s at the end is left out', (_, vector) => {
  expect(cvssData(8.8, vector)?.vectorString).toBe(BASE);
});

test.each([
  ['version 4', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N'],
  ['version 2', 'AV:N/AC:L/Au:N/C:P/I:P/A:P'],
  ['no prefix', BASE.slice('CVSS:3.1/'.length)],
  ['a base metric missing', BASE.replace('/S:U', '')],
  ['a base metric with another value', BASE.replace('AV:N', 'AV:Z')],
  ['a name that every object has', BASE.replace('AV:N', 'constructor:N')],
  ['nothing', ''],
])('%s gives no score', (_, vector) => {
  expect(cvssData(8.8, vector)).toBeUndefined();
});

test.each([Number.NaN, -1, 10.1])('%d is no score', (score) => {
  expect(cvssData(score, BASE)).toBeUndefined();
});
