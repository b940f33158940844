import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { fullReport, unjudgedReport } from '../../test/builders/full-report.ts';
import { buildFinding, buildReportOf } from '../../test/builders/report.ts';
import { renderPackages } from './packages-table.ts';
import { renderSummary, summaryRow } from './summary-table.ts';
import { renderTable } from './table.ts';
import { paintBlocks, paintTable } from './terminal-colors.ts';

const alarm = (text: string) => `\u001b[1;31m${text}\u001b[0m`;
const yellow = (text: string) => `\u001b[33m${text}\u001b[0m`;
const bold = (text: string) => `\u001b[1m${text}\u001b[0m`;

test.each([40, 80, 200])('without its colours a table is the same, %i columns wide', (width) => {
  for (const report of [fullReport(), unjudgedReport()]) {
    for (const text of [renderTable(report, width), renderPackages(report, width)]) {
      const painted = paintTable(text);
      expect(painted).not.toBe(text);
      expect(stripVTControlCharacters(painted)).toBe(text);
    }
  }
});

test('severities by their column alone, attacks, counts and warnings', () => {
  const findings = [
    buildFinding('CVE-2026-0001', { severity: 'Critical', exploited: true, title: 'Critical things' }),
    buildFinding('CVE-2026-0002', { severity: 'Medium', title: '3 critical, High' }),
  ];
  const notices = [{ code: 'REVISION_CONFLICT', message: 'two revisions', uncertain: true } as const];
  const lines = paintTable(renderTable(buildReportOf(findings, { notices }), 80)).split('\n');
  const row = (id: string) => lines.find((line) => line.includes(id));
  expect(lines[0]).toBe(bold(stripVTControlCharacters(lines[0]!)));
  expect(lines[0]).toContain('Base is ');
  expect(lines).toContain(yellow('! two revisions'));
  expect(row('findings')).toContain(alarm('1 critical'));
  expect(row('findings')).toContain(alarm('1 exploited (*)'));
  expect(row('CVE-2026-0001')).toMatch(/Critical things$/);
  expect(row('CVE-2026-0001')).toContain(`${alarm('CVE-2026-0001*')}  ${alarm('Critical')}`);
  expect(row('CVE-2026-0002')).toContain(yellow('Medium'));
  expect(row('CVE-2026-0002')).toMatch(/3 critical, High$/);
});

test('a sweep shows what is worse than nothing', () => {
  const failed = { kind: 'failed', target: 'b', message: 'not there' } as const;
  const attacked = buildReportOf([buildFinding('CVE-2026-0001', { severity: 'Critical', exploited: true })]);
  const clean = buildReportOf([]);
  const text = paintTable(renderSummary([summaryRow(attacked), summaryRow(clean), failed], 80));
  const [, first, second, third] = text.split('\n');
  expect(first?.split(alarm('1'))).toHaveLength(3);
  expect(second).not.toContain('\u001b');
  expect(third).toContain(alarm('failed'));
});

test('an explanation has its headings in bold', () => {
  const text = 'CVE-2026-0001  Title\n  verdict     affected\n\nCVE-2026-0002\n  verdict     fixed\n';
  expect(
    paintBlocks(text)
      .split('\n')
      .filter((line) => line.includes('\u001b')),
  ).toEqual([bold('CVE-2026-0001  Title'), bold('CVE-2026-0002')]);
});
