// Puts a snapshot from elsewhere in the place of what a folder of advisories holds.
import { AdvisoriesError } from '../advisories-error.ts';
import type { AdvisoriesStore } from '../advisories-store.ts';
import { admitSnapshot } from './admit-snapshot.ts';
import type { FeedSnapshot } from './feed-snapshot.ts';

export interface ImportOptions {
  /** Names the file in messages. */
  readonly where: string;
  readonly now: Date;
  /** Take it although it is older or has lost something. */
  readonly force: boolean;
}

export interface AppliedSnapshot {
  readonly version: string;
  /** Whether another version was in use before. */
  readonly changed: boolean;
  readonly documents: number;
  readonly entries: number;
  /** When the feed was read, ISO 8601. */
  readonly fetchedAt: string;
  /** Documents whose newest state the guard still doubts. */
  readonly pending: number;
}

/** Damaged files of our own do not count as something to lose. @throws BundleError REFUSED */
export async function ensureAdmitted(
  snapshot: FeedSnapshot,
  store: AdvisoriesStore,
  { where, now, force }: ImportOptions,
): Promise<void> {
  if (force) return;
  const kept = await keptIn(store).catch((error: unknown) => {
    if (error instanceof AdvisoriesError && error.code === 'CORRUPT_FILE') return undefined;
    throw error;
  });
  if (kept) admitSnapshot(snapshot, kept, now, where);
}

/** One rename switches from the old to the new. A time of reading in the future becomes now. */
export async function applySnapshot(
  { records, ...parts }: FeedSnapshot,
  store: AdvisoriesStore,
  now: Date,
): Promise<AppliedSnapshot> {
  const previous = await store.state().catch(() => undefined);
  const fetchedAt = new Date(Math.min(Date.parse(parts.fetchedAt), now.getTime())).toISOString();
  const { version } = await store.replace(records, { ...parts, fetchedAt });
  return {
    version,
    changed: version !== previous?.version,
    documents: records.length,
    entries: records.reduce((sum, { entries }) => sum + entries.length, 0),
    fetchedAt,
    pending: Object.values(parts.documents).filter(({ refusal }) => refusal !== undefined).length,
  };
}

async function keptIn(
  store: AdvisoriesStore,
): Promise<Pick<FeedSnapshot, 'fetchedAt' | 'records'> | undefined> {
  const state = await store.state();
  return state && { fetchedAt: state.fetchedAt, records: await store.records(state) };
}
