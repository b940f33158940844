// Which findings rules and VEX statements set aside, and which not.
import { describe, expect, test } from 'vitest';
import { buildPackage } from '../../../test/builders/inventory.ts';
import { buildFinding } from '../../../test/builders/report.ts';
import { readVex } from '../../formats/vex/read-vex.ts';
import type { IgnoreRule } from '../../model/policy.ts';
import { applyPolicy, type PolicyResult } from './apply-policy.ts';

const DIGEST = `sha256:${'e'.repeat(64)}`;
const PURL = 'pkg:nuget/Newtonsoft.Json@13.0.1';

const packages = [
  buildPackage({
    id: 'os',
    name: 'Windows Server 2022 (Server Core)',
    purl: 'pkg:generic/microsoft/windows-server-2022@10.0.20348.1?arch=amd64',
  }),
  buildPackage({
    id: 'library',
    name: 'Newtonsoft.Json',
    purl: PURL,
    evidence: [{ kind: 'file', path: 'Files/app/bin/app.deps.json', data: '13.0.1' }],
  }),
];
const findings = [
  buildFinding('CVE-2025-0001', { component: 'Windows SMB' }),
  buildFinding('CVE-2025-0002', { where: { class: 'absent', reason: '' } }),
  buildFinding('GHSA-aaaa-bbbb-cccc', { package: 'library', component: null, where: null }),
];

function apply(rules: readonly Partial<IgnoreRule>[], ...vex: object[]): PolicyResult {
  return applyPolicy(
    findings,
    {
      rules: rules.map((rule) => ({ source: 'test', ...rule })),
      statements: vex.flatMap((document) => readVex(JSON.stringify(document), 'vex.json')),
    },
    { packages, image: { target: 'registry.example.com/shop/app:v1', digest: DIGEST }, today: '2026-07-20' },
  );
}

const aside = (result: PolicyResult): string[] => result.suppressed.map(({ finding }) => finding.id);

describe('rules', () => {
  test.each<[Partial<IgnoreRule>, string[]]>([
    [{ id: 'cve-2025-0001' }, ['CVE-2025-0001']],
    [{ component: 'windows smb' }, ['CVE-2025-0001']],
    [{ where: 'absent' }, ['CVE-2025-0002']],
    [{ package: 'Windows Server*' }, ['CVE-2025-0001', 'CVE-2025-0002']],
    [{ path: 'files/app/**' }, ['GHSA-aaaa-bbbb-cccc']],
    [{ path: 'Files/app/*' }, []],
    [{ path: '**/*.deps.json' }, ['GHSA-aaaa-bbbb-cccc']],
    [{ id: 'CVE-2025-0001', where: 'absent' }, []],
  ])('%j sets %j aside', (rule, expected) => {
    const result = apply([rule]);
    expect(aside(result)).toEqual(expected);
    expect(result.findings.length + result.suppressed.length).toBe(findings.length);
  });

  test('a rule holds through its last day and not a day longer', () => {
    expect(aside(apply([{ id: 'CVE-2025-0001', until: '2026-07-20' }]))).toEqual(['CVE-2025-0001']);
    const late = apply([{ id: 'CVE-2025-0001', until: '2026-07-19' }]);
    expect(aside(late)).toEqual([]);
    expect(late.expired.length).toBe(1);
  });

  test('a pattern is no regular expression', () => {
    expect(aside(apply([{ package: '.*' }]))).toEqual([]);
    expect(aside(apply([{ package: 'Windows Server 2022 (Server Core)' }]))).toEqual([
      'CVE-2025-0001',
      'CVE-2025-0002',
    ]);
  });
});

const openVex = (products: unknown, status = 'not_affected'): object => ({
  '@context': 'https://openvex.dev/ns/v0.2.0',
  statements: [
    {
      vulnerability: { name: 'GHSA-aaaa-bbbb-cccc' },
      products,
      status,
      justification: 'vulnerable_code_not_present',
    },
  ],
});

describe('OpenVEX', () => {
  test.each<[string, unknown, boolean]>([
    ['the package, whatever version', [{ '@id': 'pkg:nuget/Newtonsoft.Json' }], true],
    ['another version', [{ '@id': 'pkg:nuget/Newtonsoft.Json@12.0.0' }], false],
    ['the image by digest', [{ '@id': `pkg:oci/app@${encodeURIComponent(DIGEST)}?repository_url=x` }], true],
    [
      'another image of the name',
      [{ '@id': `pkg:oci/app@${encodeURIComponent(`sha256:${'f'.repeat(64)}`)}` }],
      false,
    ],
    ['the image by name', [{ '@id': 'pkg:oci/app' }], true],
    ['an image whose name ends alike', [{ '@id': 'pkg:oci/pp' }], false],
    ['a part of the image', [{ '@id': 'pkg:oci/app', subcomponents: [{ '@id': PURL }] }], true],
    [
      'another part of the image',
      [{ '@id': 'pkg:oci/app', subcomponents: [{ '@id': 'pkg:nuget/Other' }] }],
      false,
    ],
    ['everything', [], true],
  ])('%s', (_, products, expected) => {
    expect(aside(apply([], openVex(products)))).toEqual(expected ? ['GHSA-aaaa-bbbb-cccc'] : []);
  });

  test.each(['affected', 'under_investigation'])('%s sets nothing aside', (status) => {
    expect(aside(apply([], openVex([], status)))).toEqual([]);
  });
});

test('CycloneDX: by reference to a component of the document', () => {
  const bom = (state: string): object => ({
    bomFormat: 'CycloneDX',
    components: [{ 'bom-ref': 'lib', purl: PURL }],
    vulnerabilities: [
      { id: 'GHSA-aaaa-bbbb-cccc', analysis: { state, detail: 'not called' }, affects: [{ ref: 'lib' }] },
    ],
  });
  const result = apply([], bom('not_affected'));
  expect(result.suppressed).toMatchObject([{ reason: 'not called', by: 'vex.json, vulnerability 1' }]);
  expect(aside(apply([], bom('exploitable')))).toEqual([]);
});

test('CSAF: by the package URL of the product tree', () => {
  const csaf = {
    document: { csaf_version: '2.0' },
    product_tree: {
      branches: [
        {
          branches: [
            {
              product: {
                product_id: 'P1',
                product_identification_helper: { purl: 'pkg:generic/microsoft/windows-server-2022' },
              },
            },
          ],
        },
      ],
    },
    vulnerabilities: [
      {
        cve: 'CVE-2025-0001',
        product_status: { known_not_affected: ['P1'] },
        threats: [{ category: 'impact', details: 'SMB is off' }],
      },
      { cve: 'CVE-2025-0002', product_status: { known_not_affected: ['P2'] } },
    ],
  };
  expect(apply([], csaf).suppressed).toMatchObject([
    { finding: { id: 'CVE-2025-0001' }, reason: 'SMB is off' },
  ]);
});

test.each([
  ['{"@context": "https://openvex.dev/ns/v0.2.0", "statements": {}}', /vex\.json: statements is no list/],
  ['{"@context": "https://openvex.dev/ns/v0.2.0",\n "statements": [}', /vex\.json:2:\d+: is not JSON/],
  ['{}', /neither OpenVEX nor CycloneDX nor CSAF/],
  ['[]', /neither/],
  [
    '{"bomFormat": "CycloneDX", "vulnerabilities": [{"analysis": {"state": "resolved"}}]}',
    /vulnerabilities\[0\] has no id/,
  ],
])('%s is refused with a place', (text, message) => {
  expect(() => readVex(text, 'vex.json')).toThrow(message);
});
