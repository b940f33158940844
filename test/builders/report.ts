// Reports as they come out of a scan, for what renders them.
import type { Digest } from '../../src/base/digest.ts';
import type { Advice } from '../../src/model/advice.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Report } from '../../src/model/report.ts';
import { NO_SERVICING } from './inventory.ts';

export const REPORT_LAYER: Digest = `sha256:${'a'.repeat(64)}`;

export function buildFinding(id: string, over: Partial<Finding> = {}): Finding {
  return {
    id,
    title: 'Example Component With A Rather Long Name Elevation of Privilege Vulnerability',
    component: 'Example Component',
    package: 'os',
    installed: '10.0.20348.2322',
    fixedIn: { version: '10.0.20348.3807', kb: ['KB5060526'] },
    status: 'affected',
    severity: 'High',
    cvss: { score: 7.8, vector: 'CVSS:3.1/AV:L' },
    exploited: false,
    publiclyDisclosed: false,
    kev: null,
    epss: null,
    published: '2025-06-10',
    rule: 'R3',
    note: null,
    uncertain: false,
    source: '2025-Jun',
    links: [],
    evidence: [],
    where: { class: 'image', reason: 'the image has example.dll' },
    ...over,
  };
}

export function buildReportOf(findings: readonly Finding[], over: Partial<Report> = {}): Report {
  const evidence = [
    {
      kind: 'registry',
      layer: REPORT_LAYER,
      path: 'Hives/Software_Delta',
      value: 'UBR',
      data: '2322',
    } as const,
  ];
  return {
    schemaVersion: 1,
    tool: { name: 'clearstory', version: '0.1.0' },
    created: '2026-07-20T10:11:12.000Z',
    advice: buildAdvice({ total: findings.length }),
    image: {
      target: 'oci-dir:image',
      digest: `sha256:${'b'.repeat(64)}`,
      os: 'windows',
      architecture: 'amd64',
      osVersion: '10.0.20348.2322',
      layers: [
        {
          digest: `sha256:${'c'.repeat(64)}`,
          diffId: REPORT_LAYER,
          mediaType: '',
          size: 1,
          createdBy: null,
          read: true,
        },
        { digest: REPORT_LAYER, diffId: REPORT_LAYER, mediaType: '', size: 1, createdBy: null, read: true },
      ],
    },
    os: {
      family: 'windows',
      name: 'Windows Server 2022',
      installationType: 'Nano Server',
      edition: null,
      displayVersion: null,
      build: 20348,
      revision: 2322,
      version: '10.0.20348.2322',
      architecture: 'amd64',
      basis: 'registry',
      endOfSupport: '2031-10-14',
      supported: true,
      servicing: NO_SERVICING,
      evidence: [...evidence],
    },
    dotNetFramework: null,
    warnings: [],
    uncertain: false,
    packages: [
      {
        id: 'os',
        name: '',
        version: '',
        kind: 'os',
        purl: null,
        introducedIn: REPORT_LAYER,
        ownedBy: null,
        evidence: [...evidence],
      },
    ],
    findings,
    suppressed: [],
    hidden: [],
    fixed: [],
    notices: [],
    advisories: {
      version: 'abc',
      newest: '2025-Jun',
      documents: 1,
      fetchedAt: '2026-01-02T03:04:05.000Z',
      librariesFetchedAt: null,
      kevFetchedAt: null,
      epssFetchedAt: null,
    },
    ...over,
  };
}

/** Nothing to do for a base that is up to date. */
export function buildAdvice(over: Partial<Advice> = {}): Advice {
  return {
    base: {
      name: 'Windows Server 2022',
      version: '10.0.20348.2322',
      month: '2024-02',
      monthsOld: 3,
      setBy: REPORT_LAYER,
      endOfSupport: '2031-10-14',
      supported: true,
      successors: [],
    },
    rebuild: null,
    updates: [],
    stays: [],
    total: 0,
    ...over,
  };
}
