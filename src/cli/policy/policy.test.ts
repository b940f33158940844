// Policy files, ignore files, filters and gates: what they take, and where they say a mistake is.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildFinding, buildReportOf } from '../../../test/builders/report.ts';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import { applyFilters, parseFilters } from './filters.ts';
import { parseGate } from './gate.ts';
import { readPolicyFile } from './policy-file.ts';
import { withPolicyFile } from './scan-policy.ts';
import { readIgnoreFile } from './trivyignore.ts';

function written(name: string, text: string): string {
  const path = join(temporaryDirectory(), name);
  writeFileSync(path, text);
  return path;
}

describe('.clearstory.yaml', () => {
  test('everything in it is read', async () => {
    const path = written(
      'policy.yaml',
      `fail-on: [critical, exploited]
severity: critical,high
ignore-unfixed: true
vex: [vex.json]
ignore:
  - cve: CVE-2025-0001
    reason: not reachable
    until: 2026-12-31
  - component: Windows SMB
    where: absent
`,
    );
    expect(await readPolicyFile(path)).toMatchObject({
      failOn: 'critical,exploited',
      severity: 'critical,high',
      ignoreUnfixed: true,
      vex: [join(path, '../vex.json')],
      rules: [
        { id: 'CVE-2025-0001', reason: 'not reachable', until: '2026-12-31', source: `${path}:6:5` },
        { component: 'Windows SMB', where: 'absent' },
      ],
    });
  });

  test.each([
    ['ignore:\n  - reason: none\n', /policy\.yaml:2:\d+: a rule without/],
    ['fail_on: critical\n', /policy\.yaml:1:\d+: fail_on is not a known key; did you mean fail-on\?/],
    ['ignore:\n  - cve: CVE-1\n    until: soon\n', /policy\.yaml:3:\d+: ignore\.0\.until must be a day/],
    ['ignore:\n  - cve: CVE-1\n    where: moon\n', /where .*one of image, unknown, host, absent/],
    ['ignore: [\n', /policy\.yaml:\d+:\d+: is no valid YAML/],
    ['- a\n', /must hold keys/],
    ['ignore:\n  - cve:\n    package: "Windows*"\n', /policy\.yaml:2:\d+: ignore\.0\.cve has no value/],
    ['ignore:\n  - cve: CVE-1\n    until: ""\n', /policy\.yaml:3:\d+: ignore\.0\.until has no value/],
    ['fail-on:\n', /policy\.yaml:1:\d+: fail-on has no value/],
    ['ignore:\n  - cve: "*"\n', /policy\.yaml:2:\d+: ignore\.0\.cve must be one ID/],
    ['ignore:\n  - {cve: CVE-1, id: CVE-2}\n', /ignore\.0\.id says the same as cve/],
    ['# why\nseverity: hihg\n', /policy\.yaml:2:\d+: severity cannot be used: --severity hihg: known are/],
    ['fail-on: [critical, epss>=2]\n', /policy\.yaml:1:\d+: fail-on cannot be used: .*from 0 to 1/],
    ['where: [moon]\n', /policy\.yaml:1:\d+: where cannot be used/],
    ['output: [pdf]\n', /policy\.yaml:1:\d+: output cannot be used: .*no format "pdf"/],
  ])('%j is refused', async (text, message) => {
    await expect(readPolicyFile(written('policy.yaml', text))).rejects.toThrow(message);
  });

  test('comments alone say nothing; one value needs no list', async () => {
    expect(await readPolicyFile(written('policy.yaml', '# to come\n'))).toEqual({ rules: [] });
    const path = written('policy.yaml', 'output: json\nvex: vex.json\n');
    expect(await readPolicyFile(path)).toMatchObject({ output: ['json'], vex: [join(path, '../vex.json')] });
  });

  test('a file that was named must be there', async () => {
    await expect(readPolicyFile('/nowhere/policy.yaml')).rejects.toThrow(
      /\/nowhere\/policy\.yaml: cannot be read/,
    );
  });

  test('flags and variables come before the file', () => {
    const options = { failOn: 'any', severity: undefined as string | undefined };
    const file = { failOn: 'critical', severity: 'high', rules: [] };
    expect(withPolicyFile(options, file, (name) => name === 'failOn')).toEqual({
      failOn: 'any',
      severity: 'high',
    });
  });
});

describe('.trivyignore', () => {
  test('plain lines, comments and ends', async () => {
    const path = written(
      'ignore',
      '# head\nCVE-2025-0001\n\n  GHSA-aaaa-bbbb-cccc exp:2026-12-31 # not called\n',
    );
    expect(await readIgnoreFile(path)).toEqual([
      { id: 'CVE-2025-0001', source: `${path}:2` },
      { id: 'GHSA-aaaa-bbbb-cccc', until: '2026-12-31', reason: 'not called', source: `${path}:4` },
    ]);
  });

  test('what Trivy finds by other scanners is of nothing here', async () => {
    const text = 'DS002\nAVD-DS-0002 exp:2999-01-01\naws-access-key-id\n';
    expect(await readIgnoreFile(written('ignore', text))).toHaveLength(3);
  });

  test.each([
    ['CVE-2025-0001 exp:2025-02-30', /ignore:1:15: "exp:" needs a day/],
    ['CVE-2025-0001 exp:tomorrow', /ignore:1:15: "exp:" needs a day/],
    ['\n  two words\n', /ignore:2:3: is no ID/],
  ])('%j is refused with line and column', async (text, message) => {
    await expect(readIgnoreFile(written('ignore', text))).rejects.toThrow(message);
  });
});

const findings = [
  buildFinding('CVE-1', { severity: 'Critical' }),
  buildFinding('CVE-2', { severity: 'High', where: { class: 'host', reason: '' } }),
  buildFinding('CVE-3', {
    severity: 'Unknown',
    status: 'no-fix',
    fixedIn: { version: null, kb: [] },
    exploited: true,
  }),
  buildFinding('GHSA-4', { severity: 'High', where: null }),
];

const attacked = [
  buildFinding('CVE-5', { kev: { added: '2025-06-10', due: null, ransomware: true } }),
  buildFinding('CVE-6', { kev: { added: '2025-06-10', due: '2025-07-01', ransomware: false } }),
  buildFinding('CVE-7', { epss: { probability: 0.5, percentile: 0.98 } }),
];

test('filters hide and count, each finding once', () => {
  const filters = parseFilters({ severity: 'critical, HIGH', where: 'image', ignoreUnfixed: true });
  const { findings: kept, hidden } = applyFilters(findings, filters);
  expect(kept.map(({ id }) => id)).toEqual(['CVE-1', 'GHSA-4']);
  expect(hidden).toEqual([
    { by: '--severity critical,high', count: 1 },
    { by: '--where image', count: 1 },
  ]);
});

test.each([
  ['critical', 1],
  ['high', 1],
  ['negligible', 1],
  ['exploited', 1],
  ['any', 1],
  ['exploited,critical', 2],
  ['unsupported', 0],
])('--fail-on %s is met %i times', (text, times) => {
  const report = buildReportOf(findings);
  expect(parseGate(text).flatMap((each) => each.met(report) ?? []).length).toBe(times);
});

test.each([
  ['exploited', '2 findings that Microsoft or CISA knows to be exploited'],
  ['kev', '2 findings that CISA knows to be exploited'],
  ['KEV-Ransomware', '1 finding that CISA knows to be used by ransomware'],
  ['epss>=0.5', '1 finding with EPSS 0.5 or higher'],
  ['epss >= .25', '1 finding with EPSS 0.25 or higher'],
  ['epss>=0.50001', undefined],
])('--fail-on %s counts %s', (text, says) => {
  const [condition] = parseGate(text);
  expect(condition!.met(buildReportOf(attacked))).toBe(says);
  expect(condition!.met(buildReportOf([buildFinding('CVE-8')]))).toBeUndefined();
});

test('gates say which feed they cannot do without', () => {
  expect(parseGate('exploited,kev,kev-ransomware,epss>=1').map(({ needs }) => needs)).toEqual([
    undefined,
    'kev',
    'kev',
    'epss',
  ]);
});

test('a gate counts the severity and graver ones', () => {
  expect(parseGate('high')[0]!.met(buildReportOf(findings))).toBe('3 findings high or graver');
  expect(parseGate('critical')[0]!.met(buildReportOf(findings.slice(1)))).toBeUndefined();
});

test.each([
  () => parseGate('crtical'),
  () => parseGate('epss>0.5'),
  () => parseGate('epss'),
  () => parseFilters({ severity: 'grave' }),
  () => parseFilters({ where: ',' }),
])('what is not known is refused', (parse) => {
  expect(parse).toThrow(/known are critical|names nothing/);
});
