// All that an installation knows of Microsoft's feed, as one plain value that another can go on from.
import { AdvisoriesError } from '../advisories-error.ts';
import type { AdvisoriesStore, FeedState } from '../advisories-store.ts';
import type { DocumentRecord } from '../normalise.ts';

/** The documents with the memory of the guard: refusals that wait to be confirmed must survive the journey. */
export interface FeedSnapshot extends Pick<FeedState, 'fetchedAt' | 'refusals' | 'documents'> {
  readonly records: readonly DocumentRecord[];
}

/** @throws AdvisoriesError NONE, CORRUPT_FILE */
export async function takeSnapshot(store: AdvisoriesStore): Promise<FeedSnapshot> {
  const state = await store.state();
  if (!state) throw new AdvisoriesError('NONE', 'there are no advisories to export; run "clearstory update"');
  const { fetchedAt, refusals, documents } = state;
  return { fetchedAt, refusals, documents, records: await store.records(state) };
}
