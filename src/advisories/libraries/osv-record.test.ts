// What is kept of an OSV record.
import { expect, test } from 'vitest';
import { buildOsvRecord } from '../../../test/builders/osv.ts';
import { readOsvRecord } from './osv-record.ts';

const VECTOR = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
const VECTOR_4 = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';

const one = (over = {}) => readOsvRecord(buildOsvRecord('GHSA-1', 'left-pad', over), 'npm')[0]?.advisory;

test('package, versions and words', () => {
  expect(readOsvRecord(buildOsvRecord('GHSA-1', 'left-pad', { aliases: ['CVE-2025-1', 7] }), 'npm')).toEqual([
    {
      package: 'left-pad',
      advisory: {
        id: 'GHSA-1',
        aliases: ['CVE-2025-1'],
        title: 'left-pad has a flaw',
        published: '2025-06-01',
        severity: 'Unknown',
        ranges: [
          [
            ['introduced', '0'],
            ['fixed', '1.0.1'],
          ],
        ],
        versions: [],
      },
    },
  ]);
});

test('every package of the ecosystem, each once; other ecosystems and commits are left out', () => {
  const affected = [
    { package: { ecosystem: 'npm', name: 'a' }, ranges: [{ type: 'GIT', events: [{ introduced: 'abc' }] }] },
    { package: { ecosystem: 'npm', name: 'a' }, versions: ['1.0.0', 2] },
    {
      package: { ecosystem: 'npm', name: 'b' },
      ranges: [{ type: 'SEMVER', events: [{ last_affected: '3.0.0' }] }],
    },
    { package: { ecosystem: 'PyPI', name: 'c' }, versions: ['1.0'] },
    {},
  ];
  const read = readOsvRecord(buildOsvRecord('GHSA-1', '', { affected }), 'npm');
  expect(read.map(({ package: name, advisory: { ranges, versions } }) => [name, ranges, versions])).toEqual([
    ['a', [], ['1.0.0']],
    ['b', [[['last_affected', '3.0.0']]], []],
  ]);
});

test('withdrawn records and what is no record', () => {
  expect(one({ withdrawn: '2025-07-01T00:00:00Z' })).toBeUndefined();
  for (const value of [null, 7, 'text', [], {}, { id: 7 }]) expect(readOsvRecord(value, 'npm')).toEqual([]);
});

/** Scores are those of FIRST's own calculator for these vectors. */
test.each([
  [{ database_specific: { severity: 'MODERATE' } }, 'Medium', undefined],
  [{ severity: [{ type: 'CVSS_V3', score: VECTOR }] }, 'Critical', 9.8],
  [{ severity: [{ type: 'CVSS_V4', score: VECTOR_4 }] }, 'Critical', 9.3],
  [
    { severity: [{ score: VECTOR_4 }, { score: VECTOR }], database_specific: { severity: 'LOW' } },
    'Low',
    9.8,
  ],
  [{ severity: [{ type: 'CVSS_V3', score: 'nonsense' }] }, 'Unknown', undefined],
  [{ id: 'MAL-2024-1' }, 'Critical', undefined],
])('severity of %j: %s', (over, severity, score) => {
  expect(one(over)).toMatchObject({ severity });
  expect(one(over)?.cvss?.score).toBe(score);
});

test('without a summary the first line of the details is the title', () => {
  expect(one({ summary: undefined, details: 'First line.\nSecond.' })?.title).toBe('First line.');
  expect(one({ summary: undefined })?.title).toBe('GHSA-1');
});
