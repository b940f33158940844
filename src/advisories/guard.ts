// Decides whether a document as served now may replace the copy kept: the feed lies quietly.
import type { DocumentRecord, EntryRecord } from './normalise.ts';

/**
 * Recorded accidents: a month served with HTTP 200, 6 % of its entries missing and its date set back, for 31
 * hours; a month with no entries at all; a month gone from the index for 10 hours. So absence never deletes:
 * what looks like a loss must be served by this many reads, over this long a time, before it is believed.
 */
const CONFIRMING_READS = 3;
const CONFIRMING_MS = 72 * 60 * 60 * 1000;

/** Losing more than this share of the entries is an accident until confirmed; a withdrawn CVE or two is not. */
export const TOLERATED_LOSS = 0.02;

export type RefusalReason = 'empty' | 'older' | 'smaller';

/** A document, or the absence of entries, that waits to be confirmed. */
export interface Doubt {
  /** ISO 8601. */
  readonly since: string;
  readonly reads: number;
}

export interface Refusal extends Doubt {
  readonly reason: RefusalReason;
}

export type Verdict =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** `carried`: entries the document no longer has, kept until their absence is confirmed. */
  | { readonly kind: 'accepted'; readonly record: DocumentRecord; readonly carried: readonly string[] };

/**
 * Pure: the answer depends on its arguments alone. `earlier` is the refusal still pending for this document; it
 * counts only when the reason is the same: an empty document does not confirm a smaller one.
 */
export function judge(
  kept: DocumentRecord | undefined,
  served: DocumentRecord,
  earlier: Refusal | undefined,
  now: Date,
): Verdict {
  if (!kept) return { kind: 'accepted', record: served, carried: [] };
  const reason = reasonToDoubt(kept, served);
  if (reason) {
    const refusal: Refusal = { reason, ...seenAgain(earlier?.reason === reason ? earlier : undefined, now) };
    return isConfirmed(refusal, now)
      ? { kind: 'accepted', record: served, carried: [] }
      : { kind: 'refused', refusal };
  }
  return carryOver(kept, served);
}

/** One more read that shows the same. */
export function seenAgain(doubt: Doubt | undefined, now: Date): Doubt {
  return doubt ? { since: doubt.since, reads: doubt.reads + 1 } : { since: now.toISOString(), reads: 1 };
}

export function isConfirmed(doubt: Doubt, now: Date): boolean {
  return doubt.reads >= CONFIRMING_READS && now.getTime() - Date.parse(doubt.since) >= CONFIRMING_MS;
}

function reasonToDoubt(kept: DocumentRecord, served: DocumentRecord): RefusalReason | undefined {
  if (served.served === 0 && kept.served > 0) return 'empty';
  if (Date.parse(served.released) < Date.parse(kept.released)) return 'older';
  const before = measures(kept);
  const smaller = measures(served).some((after, index) => after < before[index]! * (1 - TOLERATED_LOSS));
  return smaller ? 'smaller' : undefined;
}

/** Entries as served, entries kept, products named as affected: a document can shrink in any of the three. */
function measures(record: DocumentRecord): number[] {
  const affected = record.entries.reduce((sum, entry) => sum + entry.affected.length, 0);
  return [record.served, record.entries.length, affected];
}

function carryOver(kept: DocumentRecord, served: DocumentRecord): Verdict {
  const present = new Set(served.entries.map((entry) => entry.id));
  const missing: EntryRecord[] = kept.entries.filter((entry) => !present.has(entry.id));
  if (missing.length === 0) return { kind: 'accepted', record: served, carried: [] };
  const record = {
    ...served,
    products: { ...kept.products, ...served.products },
    entries: [...served.entries, ...missing],
  };
  return { kind: 'accepted', record, carried: [...new Set(missing.map((entry) => entry.id))] };
}
