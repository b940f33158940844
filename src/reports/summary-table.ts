// One line an image, for scans of many: which Windows it is and how much is listed for it.
import type { Report } from '../model/report.ts';
import { isAttacked } from '../model/threats.ts';
import { isJudged } from './is-judged.ts';
import { columns, count, wrap } from './text-layout.ts';

const COLUMNS = ['WINDOWS', 'FINDINGS', 'CRITICAL', 'EXPLOITED', 'IMAGE'] as const;

/** Below this, lines are longer than the terminal rather than names unreadable. */
const MIN_NAME = 16;

/** What a summary keeps of a report, or of the failure to make one. */
export type SummaryRow =
  | {
      readonly kind: 'judged';
      readonly target: string;
      readonly version: string;
      readonly findings: number;
      readonly critical: number;
      readonly exploited: number;
      readonly uncertain: boolean;
    }
  /** Nothing to judge: no Windows, or one that nobody knows; `what` stands for the version. */
  | { readonly kind: 'not-judged'; readonly target: string; readonly what: string }
  | { readonly kind: 'failed'; readonly target: string; readonly message: string };

export function summaryRow(report: Report): SummaryRow {
  const { image, os, findings } = report;
  const { target } = image;
  if (!os) return { kind: 'not-judged', target, what: `${image.os}/${image.architecture}` };
  if (!isJudged(report)) return { kind: 'not-judged', target, what: os.version };
  return {
    kind: 'judged',
    target,
    version: os.version,
    findings: findings.length,
    critical: findings.filter(({ severity }) => severity === 'Critical').length,
    exploited: findings.filter(isAttacked).length,
    uncertain: report.uncertain,
  };
}

/** All lines keep to `width`; of a long name the end is shown, since it tells images apart. */
export function renderSummary(rows: readonly SummaryRow[], width: number): string {
  const cells = rows.map(cellsOf);
  const fixed = COLUMNS.slice(0, -1).map((title, column) =>
    cells.reduce((widest, row) => Math.max(widest, row[column]!.length), title.length),
  );
  const room = Math.max(MIN_NAME, width - fixed.reduce((sum, each) => sum + each + 2, 0));
  const lines = columns(
    [COLUMNS, ...cells.map((row) => [...row.slice(0, -1), ending(row.at(-1)!, room)])],
    width,
  );
  return `${[...lines, '', ...closing(rows, width)].join('\n')}\n`;
}

function cellsOf(row: SummaryRow): readonly string[] {
  if (row.kind === 'failed') return ['-', 'failed', '-', '-', row.target];
  if (row.kind === 'not-judged') return [row.what, 'not judged', '-', '-', row.target];
  const findings = `${row.findings}${row.uncertain ? '?' : ''}`;
  return [row.version, findings, String(row.critical), String(row.exploited), row.target];
}

function closing(rows: readonly SummaryRow[], width: number): string[] {
  const failed = rows.filter((row) => row.kind === 'failed');
  const judged = rows.filter(({ kind }) => kind === 'judged').length;
  const others = rows.length - judged - failed.length;
  const parts = [
    `${judged} judged`,
    ...(others > 0 ? [`${others} not judged`] : []),
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
  ];
  const isUncertain = rows.some((row) => row.kind === 'judged' && row.uncertain);
  return [
    `${count(rows.length, 'image')}: ${parts.join(', ')}`,
    ...(isUncertain
      ? wrap('? may be wrong: scan the image alone, or see "notices" of -o json', width, '  ')
      : []),
    ...failed.flatMap(({ target, message }) => wrap(`! ${target}: ${message}`, width, '  ')),
  ];
}

function ending(text: string, width: number): string {
  return text.length > width ? `…${text.slice(text.length - width + 1)}` : text;
}
