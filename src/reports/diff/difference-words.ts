// The words that table and Markdown have in common.
import { count } from '../text-layout.ts';
import { filters } from './blind-spots.ts';
import type { DifferenceSide, DifferingFinding, ReportDifference } from './difference.ts';

/** The numbers; of what was not judged there are none that mean anything. */
export function differenceHeadline(difference: ReportDifference): string {
  const { before, after, fixed, added, unchanged } = difference;
  const unjudged = [...(before.judged ? [] : ['before']), ...(after.judged ? [] : ['after'])];
  if (unjudged.length > 0) {
    return `Not compared: ${unjudged.join(' and ')} ${unjudged.length === 1 ? 'was' : 'were'} not judged`;
  }
  const more = [
    [difference.noLongerListed, 'no longer listed'],
    [difference.newlyListed, 'newly listed'],
    [difference.suppressed, 'suppressed'],
    [difference.noLongerSuppressed, 'no longer suppressed'],
  ] as const;
  return [
    `${fixed.length} fixed`,
    `${added.length} new`,
    `${unchanged} unchanged`,
    ...more.flatMap(([findings, words]) => (findings.length > 0 ? [`${findings.length} ${words}`] : [])),
  ].join(', ');
}

/** How many findings a report has, and how many more it knows of. */
export function sideNumbers({ judged, findings, suppressed, hidden }: DifferenceSide): string {
  return [
    ...(judged ? [] : ['not judged']),
    ...(judged || findings > 0 ? [count(findings, 'finding')] : []),
    ...(suppressed > 0 ? [`${suppressed} suppressed`] : []),
    ...(hidden.length > 0 ? [`hidden: ${filters(hidden)}`] : []),
  ].join(', ');
}

export interface LayerGroup {
  readonly layer: number | null;
  readonly findings: readonly DifferingFinding[];
}

/** Bottom layer first, before it what no layer can be told for. */
export function groupByLayer(findings: readonly DifferingFinding[]): readonly LayerGroup[] {
  const layers = [...new Set(findings.map(({ layer }) => layer))].sort((a, b) => (a ?? 0) - (b ?? 0));
  return layers.map((layer) => ({ layer, findings: findings.filter((each) => each.layer === layer) }));
}

export function titleOf({ finding, suppressedBy }: DifferingFinding): string {
  return suppressedBy === null ? finding.title : `(suppressed by ${suppressedBy}) ${finding.title}`;
}
