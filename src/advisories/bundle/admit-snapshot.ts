// Decides whether a snapshot from elsewhere may take the place of what is here, as the guard decides of a feed.
import { judge } from '../guard.ts';
import type { DocumentRecord } from '../normalise.ts';
import { BundleError } from './bundle-error.ts';
import type { FeedSnapshot } from './feed-snapshot.ts';

/** Messages name this many documents. */
const NAMED = 3;

/**
 * Absence never deletes, here neither: nobody can tell a bundle made in a bad hour of the feed from a good one.
 * `where` names the file in messages.
 * @throws BundleError REFUSED when it was read earlier than what is here, or lost documents, or entries of one.
 */
export function admitSnapshot(
  snapshot: FeedSnapshot,
  kept: Pick<FeedSnapshot, 'fetchedAt' | 'records'>,
  now: Date,
  where: string,
): void {
  const refused = (what: string): BundleError =>
    new BundleError('REFUSED', `${where}: ${what}; nothing was changed, --force takes it all the same`);
  if (Date.parse(snapshot.fetchedAt) < Date.parse(kept.fetchedAt)) {
    throw refused(
      `it holds what Microsoft said at ${snapshot.fetchedAt}, and what is here is of ${kept.fetchedAt}`,
    );
  }
  const losses = kept.records.flatMap((record) => lossOf(record, snapshot, now));
  if (losses.length > 0) {
    const more = losses.length > NAMED ? ` and ${losses.length - NAMED} more` : '';
    throw refused(`it would take back what is known here: ${losses.slice(0, NAMED).join(', ')}${more}`);
  }
}

function lossOf(kept: DocumentRecord, { records }: FeedSnapshot, now: Date): string[] {
  const brought = records.find(({ id }) => id.toLowerCase() === kept.id.toLowerCase());
  if (!brought) return [`${kept.id} is not in it`];
  const verdict = judge(kept, brought, undefined, now);
  if (verdict.kind === 'accepted') return [];
  return [
    `${kept.id} is ${verdict.refusal.reason === 'smaller' ? 'markedly smaller' : verdict.refusal.reason} in it`,
  ];
}
