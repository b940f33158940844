// What was found and does not count: how many, and by what. A report with filters must not pass for a full one.
import type { AdviceAside } from '../model/advice.ts';
import type { HiddenFindings, Report } from '../model/report.ts';
import { count } from './text-layout.ts';

/** `5 suppressed by policy`, `12 hidden by --severity critical`. */
export function asideWords({ suppressed, hidden }: AdviceAside): readonly string[] {
  return [...(suppressed > 0 ? [`${suppressed} suppressed by policy`] : []), ...hidden.map(hiddenWords)];
}

/** In each format, since none has a place for what options hide. */
export function hiddenSentences({ hidden }: Pick<Report, 'hidden'>): readonly string[] {
  return hidden.map(({ by, count: number }) => notHere(number, `hidden by ${by}`));
}

/** In formats without a place for what a policy sets aside. */
export function suppressedSentences({ suppressed }: Pick<Report, 'suppressed'>): readonly string[] {
  return suppressed.length > 0 ? [notHere(suppressed.length, 'suppressed by policy')] : [];
}

function hiddenWords({ by, count: number }: HiddenFindings): string {
  return `${number} hidden by ${by}`;
}

function notHere(number: number, why: string): string {
  return `Not in this report: ${count(number, 'finding')}, ${why}.`;
}
