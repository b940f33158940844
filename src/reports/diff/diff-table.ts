// The difference of two reports for a terminal: the numbers, what changed, and what is new by layer.
import { isAttacked } from '../../model/threats.ts';
import { columns, count, wrap } from '../text-layout.ts';
import type { DifferingFinding, ReportDifference } from './compare-reports.ts';

/** Fixed findings are good news that nobody reads one by one. */
const MAX_FIXED = 20;
const MAX_PACKAGES = 30;

export function renderDifference(difference: ReportDifference, width: number): string {
  const { before, after, fixed, added, unchanged, packages } = difference;
  const lines = [
    `${fixed.length} fixed, ${added.length} new, ${unchanged} unchanged`,
    '',
    ...wrap(
      `  before  ${before.target}: ${before.system ?? 'no Windows'}, ${count(before.findings, 'finding')}`,
      width,
      ' '.repeat(10),
    ),
    ...wrap(
      `  after   ${after.target}: ${after.system ?? 'no Windows'}, ${count(after.findings, 'finding')}`,
      width,
      ' '.repeat(10),
    ),
    ...(before.advisories === after.advisories
      ? []
      : wrap(
          '! the reports were made with different advisories: what is new may have been there before',
          width,
          '  ',
        )),
    ...changes(packages, width),
    ...byLayer('New', added, width),
    ...section(`Fixed: ${fixed.length}`, fixed.slice(0, MAX_FIXED), width),
    ...(fixed.length > MAX_FIXED ? [`… and ${fixed.length - MAX_FIXED} more (-o json has all)`] : []),
  ];
  return `${lines.join('\n')}\n`;
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

function byLayer(title: string, findings: readonly DifferingFinding[], width: number): string[] {
  const layers = [...new Set(findings.map(({ layer }) => layer))].sort((a, b) => (a ?? 0) - (b ?? 0));
  return layers.flatMap((layer) => {
    const own = findings.filter((each) => each.layer === layer);
    return section(
      `${title} in ${layer === null ? 'no layer that can be told' : `layer ${layer}`}: ${own.length}`,
      own,
      width,
    );
  });
}

function section(heading: string, findings: readonly DifferingFinding[], width: number): string[] {
  if (findings.length === 0) return [];
  const rows = findings.map(({ finding, package: name }) => [
    isAttacked(finding) ? `${finding.id}*` : finding.id,
    finding.severity,
    finding.fixedIn.version ?? 'no fix',
    `${name}: ${finding.title}`,
  ]);
  return ['', heading, ...columns([['ID', 'SEVERITY', 'FIXED IN', 'PACKAGE'], ...rows], width)];
}
