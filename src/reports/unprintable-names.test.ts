// Names out of an image, as terminals get them.
import { expect, test } from 'vitest';
import { fullReport } from '../../test/builders/full-report.ts';
import { buildFinding, buildReportOf } from '../../test/builders/report.ts';
import { printable } from '../base/printable.ts';
import { compareReports } from './diff/compare-reports.ts';
import { renderDifference } from './diff/diff-table.ts';
import { renderExplanation } from './explanation.ts';
import { renderPackages } from './packages-table.ts';
import { renderWithSuppressed } from './suppressed-table.ts';

test('no text for terminals lets an image move the cursor or forge a line', () => {
  const evil = 'evil\u001b[1A\u001b[2K\nno findings\u202e';
  const finding = buildFinding('CVE-2026-0001', { title: evil, note: evil });
  const base = buildReportOf([finding], {
    suppressed: [{ finding, by: evil, reason: evil, until: null }],
    notices: [{ code: 'REVISION_CONFLICT', message: evil, uncertain: true }],
  });
  const packages = base.packages.map((each) => ({ ...each, name: evil, version: evil }));
  const report = { ...base, image: { ...base.image, target: evil }, packages };
  const texts = [
    renderWithSuppressed(report, 80),
    renderPackages(report, 80),
    renderExplanation(report, ['CVE-2026-0001'], 80),
    renderDifference(compareReports(report, fullReport()), 80),
    renderDifference(compareReports(fullReport(), report), 80),
  ];
  for (const text of texts) {
    expect(text).toContain('evil?[1A');
    expect(text.split('\n').map(printable).join('\n')).toBe(text);
    expect(text).not.toMatch(/^no findings/m);
  }
});
