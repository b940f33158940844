// The difference of two reports for the comment of a pull request that changes a base.
import { attackWords } from '../formats/finding-words.ts';
import { inlineMarkdown } from '../formats/markdown-text.ts';
import type { DifferenceSide, DifferingFinding, PackageChange, ReportDifference } from './difference.ts';
import { differenceHeadline, groupByLayer, sideNumbers, titleOf } from './difference-words.ts';

/** See markdown.ts: of all findings together, the news first. */
const MAX_ROWS = 200;
/** Their rows are short. */
const MAX_PACKAGES = 100;

interface Section {
  readonly title: string;
  readonly findings: readonly DifferingFinding[];
  /** The attribute of what is read without a click. */
  readonly open: '' | ' open';
}

export function renderDifferenceMarkdown(difference: ReportDifference): string {
  const { before, after, warnings, packages } = difference;
  const parts: readonly Section[] = [
    { title: 'New', findings: difference.added, open: ' open' },
    { title: 'No longer suppressed', findings: difference.noLongerSuppressed, open: ' open' },
    { title: 'Newly listed', findings: difference.newlyListed, open: '' },
    { title: 'No longer listed', findings: difference.noLongerListed, open: '' },
    { title: 'Suppressed', findings: difference.suppressed, open: '' },
    { title: 'Fixed', findings: difference.fixed, open: '' },
  ];
  let room = MAX_ROWS;
  const lines = [
    `## ${differenceHeadline(difference)}`,
    '',
    ...warnings.map(({ message }) => `> ⚠️ ${inlineMarkdown(message)}\n`),
    '| | Image | System | Findings |',
    '| --- | --- | --- | --- |',
    sideRow('before', before),
    sideRow('after', after),
    ...packageRows(packages),
    ...parts.flatMap((part) => {
      const shown = part.findings.slice(0, room);
      room -= shown.length;
      return section(part, shown);
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function sideRow(name: string, side: DifferenceSide): string {
  return row([name, side.target, side.system ?? 'no Windows', sideNumbers(side)]);
}

function packageRows(packages: readonly PackageChange[]): string[] {
  if (packages.length === 0) return [];
  const left = packages.length - MAX_PACKAGES;
  return [
    '',
    '| Package | Before | After |',
    '| --- | --- | --- |',
    ...packages
      .slice(0, MAX_PACKAGES)
      .map((each) => row([each.name, each.before.join(', ') || '-', each.after.join(', ') || '-'])),
    ...(left > 0 ? [`| … ${left} more | | |`] : []),
  ];
}

/** Findings keep their order, the gravest first; the summary says how many each layer has. */
function section({ title, findings, open }: Section, shown: readonly DifferingFinding[]): string[] {
  if (findings.length === 0) return [];
  const layers = groupByLayer(findings).map(
    ({ layer, findings: own }) => `${layer === null ? 'no layer' : `layer ${layer}`}: ${own.length}`,
  );
  const left = findings.length - shown.length;
  return [
    '',
    `<details${open}><summary>${title}: ${findings.length} (${layers.join(', ')})</summary>`,
    '',
    '| ID | Severity | Package | Layer | Title |',
    '| --- | --- | --- | ---: | --- |',
    ...shown.map((each) =>
      row([
        each.finding.id,
        [each.finding.severity, ...attackWords(each.finding)].join(', '),
        each.package,
        String(each.layer ?? ''),
        titleOf(each),
      ]),
    ),
    ...(left > 0 ? [`| … ${left} more | | | | |`] : []),
    '',
    '</details>',
  ];
}

function row(cells: readonly string[]): string {
  return `| ${cells.map(inlineMarkdown).join(' | ')} |`;
}
