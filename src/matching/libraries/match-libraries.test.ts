// Findings of libraries: one a vulnerability, none for what another package services.
import { expect, test } from 'vitest';
import { buildPackage } from '../../../test/builders/inventory.ts';
import type { InventoryPackage } from '../../model/inventory.ts';
import type { LibraryAdvisories, LibraryAdvisory } from '../../model/library-advisories.ts';
import { librariesOf } from './libraries-asked.ts';
import { matchLibraries } from './match-libraries.ts';

function library(version: string, over: Partial<InventoryPackage> = {}): InventoryPackage {
  const dependency = { ecosystem: 'pypi' as const, name: 'urllib3', version };
  return buildPackage({ id: `library:${version}`, version, match: { by: 'library', dependency }, ...over });
}

function advisory(id: string, over: Partial<LibraryAdvisory> = {}): LibraryAdvisory {
  return {
    id,
    aliases: [],
    title: `About ${id}`,
    severity: 'High',
    ranges: [
      [
        ['introduced', '0'],
        ['fixed', '2.0.7'],
      ],
    ],
    versions: [],
    ...over,
  };
}

const saying = (...advisories: LibraryAdvisory[]): LibraryAdvisories => ({
  fetchedAt: '2026-01-01T00:00:00Z',
  of: ({ name }) => (name === 'urllib3' ? advisories : []),
});

test('a finding says all that the record says', () => {
  const record = advisory('GHSA-1', {
    aliases: ['CVE-2023-45803', 'PYSEC-2023-212'],
    published: '2023-10-17',
    cvss: { score: 4.2, vector: 'CVSS:3.1/AV:A' },
  });
  expect(matchLibraries([library('2.0.0')], saying(record))).toEqual([
    {
      id: 'CVE-2023-45803',
      aliases: ['GHSA-1', 'PYSEC-2023-212'],
      title: 'About GHSA-1',
      component: null,
      package: 'library:2.0.0',
      installed: '2.0.0',
      fixedIn: { version: '2.0.7', kb: [] },
      status: 'affected',
      severity: 'High',
      cvss: { score: 4.2, vector: 'CVSS:3.1/AV:A' },
      exploited: false,
      publiclyDisclosed: false,
      kev: null,
      epss: null,
      published: '2023-10-17',
      rule: 'OSV',
      note: null,
      uncertain: false,
      source: 'OSV',
      links: ['https://osv.dev/vulnerability/GHSA-1'],
      evidence: [],
      where: null,
    },
  ]);
  expect(matchLibraries([library('2.0.7')], saying(record))).toEqual([]);
});

test('several databases, one finding, and GitHub’s words', () => {
  const records = [
    advisory('PYSEC-2023-212', { aliases: ['CVE-2023-45803', 'GHSA-1'], severity: 'Unknown' }),
    advisory('GHSA-1', { aliases: ['CVE-2023-45803'] }),
  ];
  expect(matchLibraries([library('2.0.0')], saying(...records))).toMatchObject([
    {
      id: 'CVE-2023-45803',
      severity: 'High',
      links: ['https://osv.dev/vulnerability/GHSA-1', 'https://osv.dev/vulnerability/PYSEC-2023-212'],
    },
  ]);
});

test('the record keeps its own ID when it has no CVE, or several', () => {
  const several = advisory('GHSA-2', { aliases: ['CVE-2023-0001', 'CVE-2023-0002'] });
  const found = matchLibraries(
    [library('1.0.0')],
    saying(several, advisory('MAL-2024-1', { severity: 'Critical' })),
  );
  expect(found.map(({ id }) => id).sort()).toEqual(['GHSA-2', 'MAL-2024-1']);
  // Whoever has settled one of several has not settled all.
  expect(found.flatMap(({ aliases = [] }) => aliases)).toEqual([]);
});

test('without a fix', () => {
  const unfixed = advisory('GHSA-3', { ranges: [[['introduced', '0']]] });
  expect(matchLibraries([library('1.0.0')], saying(unfixed))).toMatchObject([
    { status: 'no-fix', fixedIn: { version: null } },
  ]);
});

test('what another package services is neither asked for nor matched', () => {
  const owned = library('1.0.0', { ownedBy: 'os' });
  expect(librariesOf([owned, buildPackage(), library('2.0.0')])).toMatchObject([{ version: '2.0.0' }]);
  expect(matchLibraries([owned], saying(advisory('GHSA-1')))).toEqual([]);
});
