// A report with everything that formats have to bring across: every status and class, names made to break out.
import type { Finding } from '../../src/model/finding.ts';
import type { Report } from '../../src/model/report.ts';
import { buildAdvice, buildFinding, buildReportOf, REPORT_LAYER } from './report.ts';

const HOSTILE = '<script>alert(1)</script> | @everyone [x](javascript:1) `"\u0001&';

export function fullReport(): Report {
  const findings: readonly Finding[] = [
    buildFinding('CVE-2025-0001', {
      exploited: true,
      kev: { added: '2025-12-12', due: '2026-01-02', ransomware: true },
      epss: { probability: 0.93412, percentile: 0.99871 },
      severity: 'Critical',
      cvss: { score: 9.8, vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' },
    }),
    buildFinding('CVE-2025-0002', { where: { class: 'absent', reason: 'the image has no mqsvc.exe' } }),
    buildFinding('CVE-2025-0003', {
      where: { class: 'host', reason: 'it is in the kernel' },
      publiclyDisclosed: true,
    }),
    buildFinding('CVE-2025-0004', {
      status: 'no-fix',
      fixedIn: { version: null, kb: [] },
      severity: 'Unknown',
      cvss: null,
    }),
    buildFinding('CVE-2025-0005', {
      uncertain: true,
      note: 'the rollups of other months do not decide (N4)',
      severity: 'Medium',
      cvss: { score: 5, vector: 'CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:L/A:L' },
    }),
    buildFinding('CVE-2025-0006', {
      status: 'inferred',
      fixedIn: { version: null, kb: [] },
      uncertain: true,
      note: 'no longer listed',
      severity: 'Negligible',
      cvss: { score: 0, vector: 'CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:N' },
    }),
    buildFinding('GHSA-aaaa-bbbb-cccc', {
      package: 'library:1',
      title: HOSTILE,
      where: null,
      source: 'OSV',
      installed: '1.0',
      fixedIn: { version: '1.1', kb: [] },
      severity: 'Low',
      cvss: { score: 2, vector: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N' },
      links: ['https://osv.dev/vulnerability/GHSA-aaaa-bbbb-cccc'],
      published: null,
    }),
  ].map((finding) =>
    finding.links.length > 0
      ? finding
      : { ...finding, links: [`https://msrc.microsoft.com/update-guide/vulnerability/${finding.id}`] },
  );
  const base = buildReportOf(findings);
  const [os] = base.packages;
  const evidence = [
    { kind: 'file', layer: REPORT_LAYER, path: 'Files/app/app.deps.json', data: '1.0' },
  ] as const;
  return {
    ...base,
    image: { ...base.image, target: 'registry.example.com/shop/app:v1' },
    advice: buildAdvice({
      rebuild: {
        version: '10.0.20348.3807',
        kb: 'KB5060526',
        month: '2025-06',
        newest: '10.0.20348.3807',
        ends: 4,
      },
      updates: [{ package: 'library:1', name: HOSTILE, installed: '1.0', version: '1.1', ends: 1 }],
      stays: [
        { reason: 'no-fix', count: 1 },
        { reason: 'unsupported', count: 1 },
      ],
      total: findings.length,
      aside: { suppressed: 1, hidden: [] },
    }),
    packages: [
      {
        ...os!,
        name: 'Windows Server 2022 (Nano Server)',
        version: '10.0.20348.2322',
        purl: 'pkg:generic/microsoft/windows-server-2022@10.0.20348.2322',
      },
      {
        id: 'library:1',
        name: HOSTILE,
        version: '1.0',
        kind: 'library',
        purl: null,
        introducedIn: REPORT_LAYER,
        ownedBy: null,
        evidence,
      },
      {
        id: 'component:curl',
        name: 'curl',
        version: '8.4.0',
        kind: 'component',
        purl: null,
        introducedIn: REPORT_LAYER,
        ownedBy: 'os',
        evidence,
      },
      {
        id: 'program:1',
        name: '',
        version: '',
        kind: 'program',
        purl: null,
        introducedIn: null,
        ownedBy: null,
        evidence: [],
      },
    ],
    suppressed: [
      {
        finding: buildFinding('CVE-2025-0009'),
        by: '.clearstory.yaml, rule 1',
        reason: 'not reachable',
        until: '2026-12-31',
      },
    ],
    fixed: ['CVE-2024-0001', 'CVE-2024-0002'],
    notices: [{ code: 'REVISION_CONFLICT', message: `two revisions ${HOSTILE}`, uncertain: true }],
  };
}

/** Of an image without Windows. */
export function unjudgedReport(): Report {
  return buildReportOf([], {
    os: null,
    packages: [],
    advice: buildAdvice({ base: null }),
    notices: [
      { code: 'NO_OPERATING_SYSTEM', message: 'there is no Windows in this image', uncertain: false },
    ],
  });
}

/** Of a Windows of a build that nobody knows. */
export function unknownBuildReport(): Report {
  const base = buildReportOf([], { advice: buildAdvice({ base: null }) });
  return {
    ...base,
    os: { ...base.os!, build: 29999, version: '10.0.29999.1', endOfSupport: null, supported: null },
    uncertain: true,
    notices: [{ code: 'UNKNOWN_BUILD', message: 'build 29999 is not a Windows release', uncertain: true }],
  };
}

/** Of an image of which everything that was found is hidden by an option. */
export function hiddenReport(): Report {
  const hidden = [{ by: '--severity negligible', count: 1670 }];
  return buildReportOf([], { hidden, advice: buildAdvice({ aside: { suppressed: 0, hidden } }) });
}
