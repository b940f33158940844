// The difference of two reports for a terminal: the numbers, what they leave open, and what changed, by layer.
import { isAttacked } from '../../model/threats.ts';
import { columns, wrap } from '../text-layout.ts';
import type { DifferenceSide, DifferingFinding, ReportDifference } from './difference.ts';
import { differenceHeadline, groupByLayer, sideNumbers, titleOf } from './difference-words.ts';

/** Fixed findings are good news that nobody reads one by one; what is not known is too long to be read. */
const MAX_ROWS = 20;
const MAX_PACKAGES = 30;

export function renderDifference(difference: ReportDifference, width: number): string {
  const { before, after, warnings, fixed, added, packages } = difference;
  const lines = [
    ...wrap(differenceHeadline(difference), width, '  '),
    ...warnings.flatMap(({ message }) => wrap(`! ${message}`, width, '  ')),
    '',
    ...sideLine('before', before, width),
    ...sideLine('after', after, width),
    ...changes(packages, width),
    ...byLayer('New in', added, added.length, width),
    ...section('No longer suppressed', difference.noLongerSuppressed, width),
    ...section('Newly listed', difference.newlyListed, width),
    ...section('No longer listed', difference.noLongerListed, width),
    ...section('Suppressed', difference.suppressed, width),
    ...byLayer('Fixed that was in', fixed, MAX_ROWS, width),
  ];
  return `${lines.join('\n')}\n`;
}

function sideLine(name: string, side: DifferenceSide, width: number): string[] {
  const text = `${side.target}: ${side.system ?? 'no Windows'}, ${sideNumbers(side)}`;
  return wrap(`  ${name.padEnd(8)}${text}`, width, ' '.repeat(10));
}

function changes(packages: ReportDifference['packages'], width: number): string[] {
  if (packages.length === 0) return [];
  const shown = packages.slice(0, MAX_PACKAGES);
  const rows = shown.map(({ name, before, after }) => [
    before.join(', ') || '-',
    after.join(', ') || '-',
    name,
  ]);
  const left = packages.length - shown.length;
  return [
    '',
    ...columns([['BEFORE', 'AFTER', 'PACKAGE'], ...rows], width),
    ...(left > 0 ? [`… and ${left} more`] : []),
  ];
}

/** Every layer is named with its number of findings; `max` rows are shown of all of them together. */
function byLayer(title: string, findings: readonly DifferingFinding[], max: number, width: number): string[] {
  let room = max;
  const lines = groupByLayer(findings).flatMap(({ layer, findings: own }) => {
    const shown = own.slice(0, room);
    room -= shown.length;
    const where = layer === null ? 'no layer that can be told' : `layer ${layer}`;
    return ['', `${title} ${where}: ${own.length}`, ...rowsOf(shown, width)];
  });
  return [...lines, ...rest(findings.length - (max - room))];
}

function section(title: string, findings: readonly DifferingFinding[], width: number): string[] {
  if (findings.length === 0) return [];
  const shown = findings.slice(0, MAX_ROWS);
  return [
    '',
    `${title}: ${findings.length}`,
    ...rowsOf(shown, width),
    ...rest(findings.length - shown.length),
  ];
}

function rowsOf(findings: readonly DifferingFinding[], width: number): string[] {
  if (findings.length === 0) return [];
  const rows = findings.map((each) => [
    isAttacked(each.finding) ? `${each.finding.id}*` : each.finding.id,
    each.finding.severity,
    each.finding.fixedIn.version ?? 'no fix',
    `${each.package}: ${titleOf(each)}`,
  ]);
  return columns([['ID', 'SEVERITY', 'FIXED IN', 'PACKAGE'], ...rows], width);
}

function rest(left: number): string[] {
  return left > 0 ? [`… and ${left} more (-o json has all)`] : [];
}
