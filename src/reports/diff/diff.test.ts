// What a new base fixes and brings.
import { expect, test } from 'vitest';
import { fullReport, unjudgedReport } from '../../../test/builders/full-report.ts';
import { buildFinding, REPORT_LAYER } from '../../../test/builders/report.ts';
import type { Report } from '../../model/report.ts';
import { compareReports } from './compare-reports.ts';
import { renderDifferenceMarkdown } from './diff-markdown.ts';
import { renderDifference } from './diff-table.ts';

function rebuilt(): Report {
  const report = fullReport();
  const [os, library, ...others] = report.packages;
  return {
    ...report,
    image: { ...report.image, target: 'registry.example.com/shop/app:v2' },
    os: { ...report.os!, version: '10.0.26100.1', name: 'Windows Server 2025' },
    packages: [
      { ...os!, name: 'Windows Server 2025 (Nano Server)', version: '10.0.26100.1' },
      { ...library!, version: '1.1' },
      ...others,
    ],
    findings: [
      buildFinding('CVE-2025-0003', { installed: '10.0.26100.1' }),
      buildFinding('CVE-2026-0001', { installed: '10.0.26100.1', severity: 'Critical' }),
    ],
  };
}

test('a vulnerability that stays is neither fixed nor new, whatever the version', () => {
  const difference = compareReports(fullReport(), rebuilt());
  expect(difference.unchanged).toBe(1);
  expect(difference.added.map(({ finding, layer }) => [finding.id, layer])).toEqual([['CVE-2026-0001', 2]]);
  expect(difference.fixed.length).toBe(6);
  expect(difference.packages).toContainEqual({
    name: 'Windows',
    before: ['10.0.20348.2322'],
    after: ['10.0.26100.1'],
  });
  expect(REPORT_LAYER).toBe(rebuilt().image.layers[1]!.digest);
});

test('the same report differs in nothing', () => {
  const difference = compareReports(fullReport(), fullReport());
  expect(difference).toMatchObject({
    fixed: [],
    added: [],
    packages: [],
    unchanged: fullReport().findings.length,
  });
});

test('the table fits the terminal and says it first', () => {
  const text = renderDifference(compareReports(fullReport(), rebuilt()), 80);
  expect(text).toMatch(/^6 fixed, 1 new, 1 unchanged\n/);
  expect(text).toContain('New in layer 2: 1');
  const rows = text.split('\n').filter((line) => /^(?:CVE|GHSA|ID)/.test(line));
  expect(rows.length).toBeGreaterThan(7);
  for (const row of rows) expect(row.length).toBeLessThanOrEqual(80);
});

test('Markdown takes nothing from names', () => {
  const text = renderDifferenceMarkdown(compareReports(fullReport(), unjudgedReport()));
  expect(text).toContain('## 7 fixed, 0 new, 0 unchanged');
  expect(text).not.toMatch(/<script|@everyone/);
});
