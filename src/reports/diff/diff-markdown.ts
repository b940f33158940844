// The difference of two reports for the comment of a pull request that changes a base.
import { attackWords } from '../formats/finding-words.ts';
import { inlineMarkdown } from '../formats/markdown-text.ts';
import type { DifferingFinding, ReportDifference } from './compare-reports.ts';

/** See markdown.ts. */
const MAX_ROWS = 200;

export function renderDifferenceMarkdown({
  before,
  after,
  fixed,
  added,
  unchanged,
  packages,
}: ReportDifference): string {
  const lines = [
    `## ${fixed.length} fixed, ${added.length} new, ${unchanged} unchanged`,
    '',
    '| | Image | System | Findings |',
    '| --- | --- | --- | ---: |',
    `| before | ${inlineMarkdown(before.target)} | ${inlineMarkdown(before.system ?? 'no Windows')} | ${before.findings} |`,
    `| after | ${inlineMarkdown(after.target)} | ${inlineMarkdown(after.system ?? 'no Windows')} | ${after.findings} |`,
    ...(packages.length > 0
      ? [
          '',
          '| Package | Before | After |',
          '| --- | --- | --- |',
          ...packages
            .slice(0, MAX_ROWS)
            .map(
              (each) =>
                `| ${[each.name, each.before.join(', ') || '-', each.after.join(', ') || '-'].map(inlineMarkdown).join(' | ')} |`,
            ),
        ]
      : []),
    ...section('New', added),
    ...section('Fixed', fixed),
  ];
  return `${lines.join('\n')}\n`;
}

function section(title: string, findings: readonly DifferingFinding[]): string[] {
  if (findings.length === 0) return [];
  const shown = findings.slice(0, MAX_ROWS);
  return [
    '',
    `<details${title === 'New' ? ' open' : ''}><summary>${title}: ${findings.length}</summary>`,
    '',
    '| ID | Severity | Package | Layer | Title |',
    '| --- | --- | --- | ---: | --- |',
    ...shown.map(({ finding, package: name, layer }) => {
      const cells = [
        finding.id,
        [finding.severity, ...attackWords(finding)].join(', '),
        name,
        String(layer ?? ''),
        finding.title,
      ];
      return `| ${cells.map(inlineMarkdown).join(' | ')} |`;
    }),
    ...(findings.length > shown.length ? [`| … ${findings.length - shown.length} more | | | | |`] : []),
    '',
    '</details>',
  ];
}
