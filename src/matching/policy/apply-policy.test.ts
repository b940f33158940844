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

const aliased = [
  buildFinding('CVE-2024-21907', {
    package: 'library',
    component: null,
    where: null,
    aliases: ['GHSA-5crp-9r3c-p9vr'],
  }),
];

test('a vulnerability has all of its names', () => {
  const subject = { packages, image: { target: 'app', digest: DIGEST }, today: '2026-07-20' };
  const rules = [{ id: 'ghsa-5crp-9r3c-p9vr', source: 'test' }];
  expect(applyPolicy(aliased, { rules, statements: [] }, subject).suppressed).toHaveLength(1);
  const document = openVex([{ '@id': PURL }]) as { statements: { vulnerability: object }[] };
  document.statements[0]!.vulnerability = { name: 'GHSA-5crp-9r3c-p9vr', aliases: ['CVE-2024-21907'] };
  const statements = readVex(JSON.stringify(document), 'vex.json');
  const { suppressed } = applyPolicy(aliased, { rules: [], statements }, subject);
  expect(suppressed).toMatchObject([{ verdict: 'not-affected', by: 'vex.json, statement 1' }]);
});

test('a path sets aside what lies there and nowhere else', () => {
  const everywhere = (places: readonly string[]): string[] => {
    const library = { ...packages[1]!, places };
    const rules = [{ path: 'Files/app/**', source: 'test' }];
    const subject = { packages: [library], image: { target: 'app', digest: DIGEST }, today: '2026-07-20' };
    return aside(applyPolicy(findings, { rules, statements: [] }, subject));
  };
  expect(everywhere(['Files/app/bin/app.deps.json', 'Files/app/b.deps.json'])).toHaveLength(1);
  expect(everywhere(['Files/app/bin/app.deps.json', 'Files/other/b.deps.json'])).toHaveLength(0);
});

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
    ['nothing', [], false],
    ['another image with the part', [{ '@id': 'pkg:oci/other', subcomponents: [{ '@id': PURL }] }], false],
    [
      'a part that is named by its hash alone',
      [{ '@id': 'pkg:oci/app', subcomponents: [{ hashes: { 'sha-256': 'aa' } }] }],
      false,
    ],
    [
      'an architecture that the package does not have',
      [{ '@id': 'pkg:nuget/Newtonsoft.Json@13.0.1?arch=arm64' }],
      true,
    ],
    ['a part of nothing', [{ subcomponents: [{ '@id': PURL }] }], false],
    [
      'the image in its repository',
      [{ '@id': 'pkg:oci/app?repository_url=registry.example.com/shop' }],
      true,
    ],
    [
      'the same, with the name',
      [{ '@id': 'pkg:oci/app?repository_url=registry.example.com/shop/app&tag=v1' }],
      true,
    ],
    ['another repository', [{ '@id': 'pkg:oci/app?repository_url=docker.io/library/app' }], false],
    ['another tag', [{ '@id': 'pkg:oci/app?tag=v2' }], false],
    ['the image as it was named', [{ '@id': 'registry.example.com/shop/app:v1' }], true],
  ])('%s', (_, products, expected) => {
    expect(aside(apply([], openVex(products)))).toEqual(expected ? ['GHSA-aaaa-bbbb-cccc'] : []);
  });

  test.each(['affected', 'under_investigation'])('%s sets nothing aside', (status) => {
    expect(aside(apply([], openVex([{ '@id': PURL }], status)))).toEqual([]);
  });

  test.each<[string, boolean]>([
    [PURL, true],
    ['pkg:nuget/Newtonsoft.Json', false],
    ['pkg:nuget/Newtonsoft.Json@13.0.2', false],
    [`pkg:oci/app@${encodeURIComponent(DIGEST)}`, true],
    ['pkg:oci/app?tag=v1', true],
    ['pkg:oci/app', false],
  ])('fixed in %s says nothing of other versions', (id, expected) => {
    expect(aside(apply([], openVex([{ '@id': id }], 'fixed')))).toHaveLength(expected ? 1 : 0);
  });

  test('what is said later counts, and of two at once the one that hides nothing', () => {
    const at = (timestamp: string | undefined, status: string): object => {
      const document = openVex([{ '@id': PURL }], status) as { statements: object[] };
      return { ...document, statements: [{ ...document.statements[0], timestamp }] };
    };
    const [early, late] = ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00+01:00'];
    expect(aside(apply([], at(early, 'affected'), at(late, 'not_affected')))).toHaveLength(1);
    expect(aside(apply([], at(early, 'not_affected'), at(late, 'affected')))).toHaveLength(0);
    expect(aside(apply([], at(late, 'under_investigation'), at(late, 'fixed')))).toHaveLength(0);
    expect(aside(apply([], at(undefined, 'affected'), at(late, 'not_affected')))).toHaveLength(0);
    expect(aside(apply([], at(undefined, 'not_affected'), at(early, 'affected')))).toHaveLength(0);
  });
});

test('OpenVEX: the same for another architecture is not the same', () => {
  const windows = (arch: string): object => {
    const document = openVex([{ '@id': `pkg:generic/microsoft/windows-server-2022?arch=${arch}` }]);
    (document as { statements: { vulnerability: object }[] }).statements[0]!.vulnerability = {
      name: 'CVE-2025-0001',
    };
    return document;
  };
  expect(aside(apply([], windows('amd64')))).toEqual(['CVE-2025-0001']);
  expect(aside(apply([], windows('arm64')))).toEqual([]);
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

test.each<[object[], number]>([
  [[{ version: '13.0.1', status: 'unaffected' }], 1],
  [[{ version: '12.0.0', status: 'unaffected' }], 0],
  [[{ range: 'vers:nuget/<14', status: 'unaffected' }], 0],
])('CycloneDX: where it names versions, of those alone: %j', (versions, expected) => {
  const bom = {
    bomFormat: 'CycloneDX',
    vulnerabilities: [
      {
        id: 'GHSA-aaaa-bbbb-cccc',
        analysis: { state: 'not_affected' },
        affects: [{ ref: 'pkg:nuget/Newtonsoft.Json', versions }],
      },
    ],
  };
  expect(aside(apply([], bom))).toHaveLength(expected);
});

describe('CycloneDX that describes an image', () => {
  const described = (component: object, ref = 'lib'): object => ({
    bomFormat: 'CycloneDX',
    metadata: { component: { type: 'container', 'bom-ref': 'image', ...component } },
    components: [{ 'bom-ref': 'app', components: [{ 'bom-ref': 'lib', purl: PURL }] }],
    vulnerabilities: [{ id: 'GHSA-aaaa-bbbb-cccc', analysis: { state: 'not_affected' }, affects: [{ ref }] }],
  });

  test.each<[string, object, boolean]>([
    ['this one, by digest', { name: 'x', version: DIGEST }, true],
    ['this one, by hash', { name: 'x', hashes: [{ alg: 'SHA-256', content: 'e'.repeat(64) }] }, true],
    ['this one, by name', { name: 'registry.example.com/shop/app:v1' }, true],
    ['this one, by package URL', { name: 'x', purl: 'pkg:oci/app?tag=v1' }, true],
    ['another one', { name: 'registry.example.com/shop/other:v1' }, false],
    ['another one, by digest', { name: 'x', version: `sha256:${'f'.repeat(64)}` }, false],
  ])('%s', (_, component, expected) => {
    expect(aside(apply([], described(component)))).toHaveLength(expected ? 1 : 0);
    expect(aside(apply([], described(component, 'image')))).toHaveLength(expected ? 1 : 0);
  });
});

test('CSAF: a part of the image by a relationship', () => {
  const named = (id: string, purl: string): object => ({
    product_id: id,
    product_identification_helper: { purl },
  });
  const csaf = (image: string): object => ({
    document: { csaf_version: '2.0' },
    product_tree: {
      full_product_names: [named('IMAGE', image), named('LIB', PURL)],
      relationships: [
        {
          category: 'default_component_of',
          product_reference: 'LIB',
          relates_to_product_reference: 'IMAGE',
          full_product_name: { name: 'both', product_id: 'IMAGE:LIB' },
        },
      ],
    },
    vulnerabilities: [{ cve: 'GHSA-aaaa-bbbb-cccc', product_status: { known_not_affected: ['IMAGE:LIB'] } }],
  });
  expect(aside(apply([], csaf('pkg:oci/app')))).toHaveLength(1);
  expect(aside(apply([], csaf('pkg:oci/other')))).toHaveLength(0);
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
  // The same product in two lists of one document contradicts itself.
  csaf.vulnerabilities[0]!.product_status = { known_not_affected: ['P1'], known_affected: ['P1'] } as never;
  expect(aside(apply([], csaf))).toEqual([]);
});

test.each([
  ['{"@context": "https://openvex.dev/ns/v0.2.0", "statements": {}}', '1:61: statements is no list'],
  ['{"@context": "https://openvex.dev/ns/v0.2.0",\n "statements": [}', '2:17: a value is missing'],
  [
    '{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [\n{"status": "maybe", "vulnerability": "CVE-1"}]}',
    '2:12: statements[0].status is no status; there are not_affected, fixed, affected, under_investigation',
  ],
  [
    '{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [\n{"status": "fixed"}]}',
    '2:1: statements[0].vulnerability is no object',
  ],
  ['{}', '1:1: the document is neither OpenVEX nor CycloneDX nor CSAF'],
  ['[]', '1:1: the document is no object'],
  [
    '{"bomFormat": "CycloneDX", "vulnerabilities": [{"analysis": {"state": "resolved"}}]}',
    '1:48: vulnerabilities[0] has no id',
  ],
  [
    '{"bomFormat": "CycloneDX", "vulnerabilities": [{"id": "CVE-1", "analysis": {"state": "fine"}}]}',
    '1:86: vulnerabilities[0].analysis.state is no state; there are not_affected, false_positive, ' +
      'resolved, resolved_with_pedigree, exploitable, in_triage',
  ],
  [
    '{"document": {"csaf_version": "2.0"},\n"vulnerabilities": [{"cve": "CVE-1", "product_status": []}]}',
    '2:56: vulnerabilities[0].product_status is no object',
  ],
])('%s is refused with a place', (text, message) => {
  expect(() => readVex(text, 'vex.json')).toThrow(`vex.json:${message}`);
});
