import { describe, expect, test } from 'vitest';
import { NO_SERVICING } from '../../test/builders/inventory.ts';
import type { Digest } from '../base/digest.ts';
import type { Finding } from '../model/finding.ts';
import type { Report } from '../model/report.ts';
import { renderTable } from './table.ts';

const LAYER: Digest = `sha256:${'a'.repeat(64)}`;

function finding(id: string, over: Partial<Finding> = {}): Finding {
  return {
    id,
    title: 'Example Component With A Rather Long Name Elevation of Privilege Vulnerability',
    package: 'os',
    installed: '10.0.20348.2322',
    fixedIn: { version: '10.0.20348.3807', kb: ['KB5060526'] },
    status: 'affected',
    severity: 'High',
    cvss: { score: 7.8, vector: 'CVSS:3.1/AV:L' },
    exploited: false,
    publiclyDisclosed: false,
    published: '2025-06-10',
    rule: 'R3',
    note: null,
    uncertain: false,
    source: '2025-Jun',
    links: [],
    evidence: [],
    ...over,
  };
}

function report(findings: readonly Finding[], over: Partial<Report> = {}): Report {
  const evidence = [
    { kind: 'registry', layer: LAYER, path: 'Hives/Software_Delta', value: 'UBR', data: '2322' } as const,
  ];
  return {
    schemaVersion: 1,
    image: {
      target: 'oci-dir:image',
      digest: `sha256:${'b'.repeat(64)}`,
      os: 'windows',
      architecture: 'amd64',
      osVersion: '10.0.20348.2322',
      layers: [
        {
          digest: `sha256:${'c'.repeat(64)}`,
          diffId: LAYER,
          mediaType: '',
          size: 1,
          createdBy: null,
          read: true,
        },
        { digest: LAYER, diffId: LAYER, mediaType: '', size: 1, createdBy: null, read: true },
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
        introducedIn: LAYER,
        ownedBy: null,
        evidence: [...evidence],
      },
    ],
    findings,
    notices: [],
    advisories: {
      version: 'abc',
      newest: '2025-Jun',
      documents: 1,
      fetchedAt: '2026-01-02T03:04:05.000Z',
      librariesFetchedAt: null,
    },
    ...over,
  };
}

describe('the table', () => {
  test('says which Windows, and which layer and value say so', () => {
    const text = renderTable(report([]), 80);
    expect(text).toContain('Windows Server 2022 (Nano Server, amd64) 10.0.20348.2322');
    expect(text).toContain('layer 2 of 2: Hives/Software_Delta, UBR = 2322');
    expect(text).toContain('until 2031-10-14');
    expect(text).toContain('none are listed for what is in the image');
  });

  test('names the one revision that ends what can be ended', () => {
    const text = renderTable(
      report([
        finding('CVE-2025-1'),
        finding('CVE-2025-2', { fixedIn: { version: '10.0.20348.10000', kb: ['KB6000000'] } }),
        finding('CVE-2025-3', { fixedIn: { version: null, kb: [] }, status: 'no-fix' }),
      ]),
      100,
    );
    expect(text).toContain('rebuild on 10.0.20348.10000 (KB6000000) or later, which ends 2 of them');
    expect(text).toMatch(/^CVE-2025-3 .* no fix +- /m);
  });

  test.each([80, 100, 200])('no line is wider than %i columns', (width) => {
    const long = report([finding('CVE-2025-12345', { exploited: true })], {
      notices: [{ code: 'REVISION_CONFLICT', message: 'word '.repeat(60).trim(), uncertain: true }],
    });
    for (const line of renderTable(long, width).split('\n')) expect(line.length).toBeLessThanOrEqual(width);
  });

  test('a title is cut to the terminal, and whole where there is room', () => {
    const one = report([finding('CVE-2025-12345')]);
    expect(renderTable(one, 80)).toMatch(/Example Component.*…$/m);
    expect(renderTable(one, 300)).toContain('Elevation of Privilege Vulnerability');
  });

  test('without Windows there is a reason and no word of findings', () => {
    const notices = [
      { code: 'NO_OPERATING_SYSTEM', message: 'there is no Windows in this image', uncertain: false },
    ];
    const text = renderTable(
      report([], { os: null, packages: [], notices: notices as Report['notices'] }),
      80,
    );
    expect(text).toContain('! there is no Windows in this image');
    expect(text).not.toContain('findings');
  });

  test('a word that is wider than the terminal stays whole, and nothing hangs', () => {
    const target = `oci-dir:${'x'.repeat(200)}`;
    const base = report([]);
    expect(renderTable({ ...base, image: { ...base.image, target } }, 40)).toContain(target);
  });
});
