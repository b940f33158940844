// Findings of one operating system: R9 and what a finding says.
import { describe, expect, test } from 'vitest';
import { buildAdvisories } from '../../test/builders/advisories.ts';
import type { RemediationSpec, VulnerabilitySpec } from '../../test/builders/cvrf.ts';
import { buildOperatingSystem } from '../../test/builders/inventory.ts';
import type { Finding } from '../model/finding.ts';
import type { InstallationType } from '../model/inventory.ts';
import { operatingSystemPackage } from '../windows/operating-system-package.ts';
import { windowsRelease } from '../windows/releases.ts';
import { matchOperatingSystem } from './match-operating-system.ts';

const CORE = '11924';
const FULL = '11923';

function findings(
  vulnerabilities: VulnerabilitySpec[],
  { revision = 100, type = 'Server Core' as InstallationType } = {},
): Finding[] {
  const os = buildOperatingSystem({ revision, installationType: type });
  const advisories = buildAdvisories({ id: '2026-Jun', products: {}, vulnerabilities });
  return matchOperatingSystem(os, operatingSystemPackage(os), windowsRelease(20348)!, advisories, undefined);
}

function fixedAt(revision: number, kb = '5900001'): RemediationSpec {
  return { kb, fixedBuild: `10.0.20348.${revision}` };
}

const ENTRY = { id: 'CVE-2026-1000', affected: [CORE] };

describe('R9: vulnerable while the revision is lower', () => {
  test.each([
    [199, 1],
    [200, 0],
    [201, 0],
  ])('revision %i: %i findings of one fixed at 200', (revision, count) => {
    expect(findings([{ ...ENTRY, fixes: [fixedAt(200)] }], { revision }).length).toBe(count);
  });

  test.each([
    [200, 300],
    [300, 200],
  ])('listed twice, fixed at %i and %i: the higher counts', (first, second) => {
    const twice = [first, second].map((revision) => ({ ...ENTRY, fixes: [fixedAt(revision)] }));
    expect(findings(twice, { revision: 250 }).map((finding) => finding.fixedIn.version)).toEqual([
      '10.0.20348.300',
    ]);
    expect(findings(twice, { revision: 300 })).toEqual([]);
  });
});

describe('status', () => {
  test.each([
    ['CVE-2026-1000', 'no-fix'],
    ['ADV990001', 'advisory'],
  ])('%s without a fix: %s, at any revision', (id, status) => {
    const [finding] = findings([{ id, affected: [CORE] }], { revision: 999_999 });
    expect(finding).toMatchObject({ status, rule: 'R8', fixedIn: { version: null, kb: [] } });
  });

  test('a fix whose revision cannot be told: affected, and said so', () => {
    const [finding] = findings([{ ...ENTRY, fixes: [{ kb: '5900001' }] }], { revision: 999_999 });
    expect(finding).toMatchObject({
      status: 'affected',
      rule: 'unplaced',
      fixedIn: { version: null, kb: ['KB5900001'] },
      note: expect.stringContaining('cannot be told'),
    });
  });
});

describe('which product', () => {
  const both = [
    { id: 'CVE-2026-1000', affected: [CORE], fixes: [fixedAt(200)] },
    { id: 'CVE-2026-2000', affected: [FULL], fixes: [fixedAt(200)] },
  ];

  test.each<[InstallationType, string]>([
    ['Nano Server', 'CVE-2026-1000'],
    ['Server Core', 'CVE-2026-1000'],
    ['Server', 'CVE-2026-2000'],
  ])('%s', (type, id) => {
    expect(findings(both, { type }).map((finding) => finding.id)).toEqual([id]);
  });

  test('severity and score are those of the product', () => {
    const entry: VulnerabilitySpec = {
      id: 'CVE-2026-1000',
      affected: [CORE, FULL],
      severity: { [CORE]: 'Moderate', [FULL]: 'Critical' },
      score: { [CORE]: 5.5, [FULL]: 9.8 },
      vector: 'CVSS:3.1/AV:L',
    };
    expect(findings([entry])[0]).toMatchObject({
      severity: 'Medium',
      cvss: { score: 5.5, vector: 'CVSS:3.1/AV:L' },
    });
    expect(findings([entry], { type: 'Server' })[0]).toMatchObject({ severity: 'Critical' });
    expect(findings([ENTRY])[0]).toMatchObject({ severity: 'Unknown', cvss: null });
  });
});

test('a finding says what it rests on', () => {
  const entry = {
    ...ENTRY,
    title: 'A hole',
    fixes: [fixedAt(200)],
    exploited: true,
    published: '2026-05-12',
  };
  expect(findings([entry])).toEqual([
    {
      id: 'CVE-2026-1000',
      title: 'A hole',
      component: null,
      package: 'os',
      installed: '10.0.20348.100',
      fixedIn: { version: '10.0.20348.200', kb: ['KB5900001'] },
      status: 'affected',
      severity: 'Unknown',
      cvss: null,
      exploited: true,
      publiclyDisclosed: false,
      kev: null,
      epss: null,
      published: '2026-05-12',
      rule: 'R3',
      note: null,
      uncertain: false,
      source: '2026-Jun',
      links: [
        'https://msrc.microsoft.com/update-guide/vulnerability/CVE-2026-1000',
        'https://support.microsoft.com/help/5900001',
      ],
      evidence: [{ kind: 'registry', value: 'UBR', data: '100' }],
      where: { class: 'unknown', reason: 'the entry names no component' },
    },
  ]);
});

test('what a rule had to overcome stands in the note', () => {
  const conflict = [{ ...ENTRY, fixes: [fixedAt(300), fixedAt(200)] }];
  expect(findings(conflict)[0]?.note).toMatch(/200, 300.*R7/);
  const hotpatch = [{ ...ENTRY, fixes: [{ ...fixedAt(200), subType: 'AzureHotpatch' }] }];
  expect(findings(hotpatch)[0]?.note).toMatch(/hotpatch.*R2/);
});

test('one value of advisories answers for every revision and product', () => {
  const vulnerabilities = [
    { id: 'CVE-2026-1000', affected: [CORE], fixes: [fixedAt(200)] },
    { id: 'CVE-2026-2000', affected: [FULL], fixes: [fixedAt(300)] },
  ];
  const advisories = buildAdvisories({ id: '2026-Jun', products: {}, vulnerabilities });
  const count = (revision: number, type: InstallationType): number => {
    const os = buildOperatingSystem({ revision, installationType: type });
    return matchOperatingSystem(os, operatingSystemPackage(os), windowsRelease(20348)!, advisories, undefined)
      .length;
  };
  expect([
    count(100, 'Server Core'),
    count(250, 'Server Core'),
    count(250, 'Server'),
    count(300, 'Server'),
  ]).toEqual([1, 0, 1, 0]);
});
