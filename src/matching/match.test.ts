// From inventory to findings: order, and what cannot be matched.
import { expect, test } from 'vitest';
import { buildAdvisories } from '../../test/builders/advisories.ts';
import type { VulnerabilitySpec } from '../../test/builders/cvrf.ts';
import { buildInventory, buildOperatingSystem } from '../../test/builders/inventory.ts';
import type { Inventory } from '../model/inventory.ts';
import { match } from './match.ts';

function inventory(build: number): Inventory {
  return buildInventory({ os: buildOperatingSystem({ build, revision: 100 }) });
}

function advisories(...entries: Omit<VulnerabilitySpec, 'affected'>[]): ReturnType<typeof buildAdvisories> {
  const vulnerabilities = entries.map((entry) => ({ ...entry, affected: ['11924'] }));
  return buildAdvisories({ id: '2026-Jun', products: {}, vulnerabilities });
}

test('gravest first: exploited, severity, score, newest, then by ID', () => {
  const entries = [
    { id: 'CVE-2026-0006', severity: 'Important', score: 7, published: '2025-01-01' },
    { id: 'CVE-2026-0005', severity: 'Important', score: 7, published: '2026-01-01' },
    { id: 'CVE-2026-0004', severity: 'Important', score: 7, published: '2026-01-01' },
    { id: 'CVE-2026-0003', severity: 'Important', score: 8.8 },
    { id: 'CVE-2026-0002', severity: 'Critical', score: 5 },
    { id: 'CVE-2026-0001', severity: 'Low', score: 1, exploited: true },
  ];
  const { findings, notices } = match(inventory(20348), advisories(...entries));
  expect(findings.map((finding) => Number(finding.id.slice(-1)))).toEqual([1, 2, 3, 4, 5, 6]);
  expect(notices).toEqual([]);
});

test('an unknown build is a notice, never "clean"', () => {
  const { findings, notices } = match(inventory(20349), advisories({ id: 'CVE-2026-0001' }));
  expect(findings).toEqual([]);
  expect(notices).toMatchObject([
    { code: 'UNKNOWN_BUILD', uncertain: true, message: expect.stringContaining('20349') },
  ]);
});

test('no operating system, no findings', () => {
  expect(match(buildInventory(), advisories({ id: 'CVE-2026-0001' }))).toEqual({ findings: [], notices: [] });
});
