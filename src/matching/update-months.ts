// Which month's security update a revision of Windows is.
import type { Advisories } from '../model/advisories.ts';
import type { FixDecision } from './fix-decision.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Revisions that are a month's security update, ascending, each with its month as `yyyy-mm`. */
export type UpdateMonths = readonly { readonly revision: number; readonly month: string }[];

/**
 * A document is revised for years, so a few of its entries name revisions of much later months. What counts is the
 * document that names a revision most often, and of a document the revision that it names most often.
 */
export function updateMonths(decisions: readonly FixDecision[], advisories: Advisories): UpdateMonths {
  const counts = new Map<number, Map<number, number>>();
  for (const { entry, revision } of decisions) {
    if (revision === undefined) continue;
    const ofRevision = counts.get(revision) ?? new Map<number, number>();
    counts.set(revision, ofRevision.set(entry.document, (ofRevision.get(entry.document) ?? 0) + 1));
  }
  const largest = new Map<number, { revision: number; count: number }>();
  for (const [revision, ofRevision] of counts) {
    const [document = 0, count = 0] = [...ofRevision].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? [];
    const known = largest.get(document);
    if (!known || count > known.count) largest.set(document, { revision, count });
  }
  return [...largest]
    .flatMap(([document, { revision }]) => {
      const month = monthOf(advisories.documents[document]?.id ?? '');
      return month === undefined ? [] : [{ revision, month }];
    })
    .sort((a, b) => a.revision - b.revision);
}

/** `2026-Jun` as `2026-06`. */
function monthOf(id: string): string | undefined {
  const [year = '', name = ''] = id.toLowerCase().split('-');
  const index = MONTHS.indexOf(name);
  return index < 0 ? undefined : `${year}-${String(index + 1).padStart(2, '0')}`;
}
