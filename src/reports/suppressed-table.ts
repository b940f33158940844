// The table with what was set aside at its end: by what, why, and until when.
import type { Report, SuppressedFinding } from '../model/report.ts';
import { renderTable } from './table.ts';
import { columns } from './text-layout.ts';

const COLUMNS = ['ID', 'SEVERITY', 'UNTIL', 'BY', 'REASON'] as const;

export function renderWithSuppressed(report: Report, width: number): string {
  const { suppressed } = report;
  if (suppressed.length === 0) return renderTable(report, width);
  const rows = columns([COLUMNS, ...suppressed.map(cells)], width);
  return `${renderTable(report, width)}\n${[`Suppressed: ${suppressed.length}`, ...rows].join('\n')}\n`;
}

function cells({ finding, by, reason, until }: SuppressedFinding): string[] {
  return [finding.id, finding.severity, until ?? '-', by, reason ?? 'none given'];
}
