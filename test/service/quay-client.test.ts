// The restatement of Quay that other tests rely on falls into every trap that Quay falls into.
import { describe, expect, test } from 'vitest';
import { quayFeatures, quayTagStatus } from '../builders/quay-client.ts';

const VECTOR = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H/E:U/RL:O/RC:C';

type Json = Record<string, unknown>;

/** A report with one finding, which has `over`; `whole` replaces parts of the report. */
function report(over: Json = {}, whole: Json = {}): string {
  const vulnerability = {
    id: 'v',
    updater: 'msrc',
    name: 'CVE-2024-20674',
    description: 'A flaw.',
    links:
      'https://msrc.microsoft.com/update-guide/vulnerability/CVE-2024-20674 https://support.microsoft.com/help/1',
    severity: 'Critical',
    normalized_severity: 'Critical',
    fixed_in_version: '10.0.20348.2227 (KB5034129)',
    distribution: { name: 'Windows Server 2022' },
    ...over,
  };
  return JSON.stringify({
    packages: { os: { id: 'os', name: 'Windows Server 2022', version: '10.0.20348.2113' } },
    environments: { os: [{ introduced_in: 'sha256:1' }] },
    vulnerabilities: { v: vulnerability },
    package_vulnerabilities: { os: ['v'] },
    enrichments: { cvss: [{ v: [{ baseScore: 8.8, vectorString: VECTOR }] }] },
    ...whole,
  });
}

const scored = (score: Json): Json => ({ enrichments: { cvss: [{ v: [score] }] } });

test('what it shows of a good report', () => {
  expect(quayFeatures(report())).toEqual([
    {
      name: 'Windows Server 2022',
      version: '10.0.20348.2113',
      addedBy: 'sha256:1',
      cveIds: ['CVE-2024-20674'],
      vulnerabilities: [
        {
          name: 'CVE-2024-20674',
          severity: 'Critical',
          issuedBy: 'msrc',
          href: 'https://msrc.microsoft.com/update-guide/vulnerability/CVE-2024-20674',
          fixedBy: '10.0.20348.2227 (KB5034129)',
          description: 'A flaw.',
          distribution: 'Windows Server 2022',
          score: 8.8,
          vector: VECTOR,
        },
      ],
    },
  ]);
});

test.each([
  [{ fixed_in_version: '0' }, ''],
  [{ fixed_in_version: 'fixed=1.2&introduced=1.0' }, '1.2'],
  [{ fixed_in_version: '1.2.3' }, '1.2.3'],
])('%j is fixed by "%s"', (over, expected) => {
  expect(quayFeatures(report(over))[0]?.vulnerabilities[0]?.fixedBy).toBe(expected);
});

test.each([
  [3.9, 'Low'],
  [4, 'Medium'],
  [7, 'High'],
  [9.9, 'Critical'],
])('what is Unknown goes by its score: %d is %s', (baseScore, severity) => {
  const text = report({ normalized_severity: 'Unknown' }, scored({ baseScore, vectorString: VECTOR }));
  expect(quayFeatures(text)[0]?.vulnerabilities[0]?.severity).toBe(severity);
});

describe('traps', () => {
  test.each<[string, Json, Json]>([
    ['a null', { description: null }, {}],
    ['no environment', {}, { environments: {} }],
    ['an empty list of environments', {}, { environments: { os: [] } }],
    ['a vulnerability that is not there', {}, { package_vulnerabilities: { os: ['v', 'w'] } }],
    ['one twice', {}, { package_vulnerabilities: { os: ['v', 'v'] } }],
    ['a range', { range: {} }, {}],
    ['no link with the CVE', { links: 'https://example.com/' }, {}],
    ['links to two CVEs', { links: 'https://a.example/CVE-2024-20674 https://a.example/CVE-2024-20675' }, {}],
    ['links on lines', { links: 'https://a.example/CVE-2024-20674\nhttps://b.example/' }, {}],
    ['links with two spaces', { links: 'https://a.example/CVE-2024-20674  https://b.example/' }, {}],
    ['a path as updater', { updater: 'microsoft/updater/msrc' }, {}],
    ['an empty first enrichment', {}, { enrichments: { cvss: [] } }],
    ['another enrichment first', {}, { enrichments: { epss: [{ v: [{ epss: 0.1 }] }], cvss: [] } }],
    ['10.0 and Unknown', { normalized_severity: 'Unknown' }, scored({ baseScore: 10, vectorString: VECTOR })],
    ['CVSS 4.0', {}, scored({ baseScore: 9, vectorString: 'CVSS:4.0/AV:N/AC:L/AT:N' })],
    ['CVSS 2', {}, scored({ baseScore: 9, vectorString: 'AV:N/AC:L/Au:N/C:P/I:P/A:P' })],
    ['a metric that is not known', {}, scored({ baseScore: 9, vectorString: 'CVSS:3.1/AV:N/XX:Y' })],
    ['a value that is not known', {}, scored({ baseScore: 9, vectorString: 'CVSS:3.1/AV:Z' })],
  ])('%s', (_, over, whole) => {
    expect(() => quayFeatures(report(over, whole))).toThrow();
  });

  test('two packages of one name and version', () => {
    const twin = { name: 'Twin', version: '1' };
    const text = report({}, { packages: { a: twin, b: twin }, environments: { a: [{}], b: [{}] } });
    expect(() => quayFeatures(text)).toThrow(/one key/);
  });
});

test('what the tag list says', () => {
  expect(quayTagStatus(quayFeatures(report()))).toBe('1 Critical');
  expect(quayTagStatus(quayFeatures(report({}, { package_vulnerabilities: {} })))).toBe('None Detected');
  expect(quayTagStatus([])).toBe('Unsupported');
});
