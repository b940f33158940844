// Brings the advisories up to date: reads what changed in the feed, guards it, builds and swaps in a new version.
import { concurrently } from '../base/concurrently.ts';
import { ClearstoryError } from '../base/error.ts';
import { AdvisoriesError } from './advisories-error.ts';
import type { AdvisoriesStore, DocumentState, FeedState } from './advisories-store.ts';
import { recentDocumentIds, sameDocumentId } from './document-id.ts';
import type { Feed, FeedAnswer, FeedListing } from './feed.ts';
import { isConfirmed, judge, type Refusal, seenAgain } from './guard.ts';
import type { DocumentRecord } from './normalise.ts';
import { readDocument } from './read-document.ts';

/** Requests under way at once: enough to hide latency, few enough to be a polite guest. */
const PARALLEL_READS = 3;

export interface UpdateResult {
  readonly version: string;
  /** Whether a new version took effect. */
  readonly changed: boolean;
  /** Documents in the version, and those of them that were read anew. */
  readonly documents: number;
  readonly read: number;
  readonly refused: readonly { readonly id: string; readonly refusal: Refusal; readonly kept: string }[];
  /** Documents that could not be read; what was known of them before stays. */
  readonly failures: readonly ClearstoryError[];
}

export interface UpdateSettings {
  /** Called after each document. */
  readonly onProgress?: (done: number, total: number, id: string) => void;
}

/**
 * One update. A document that cannot be read leaves its last good copy in place and is reported in
 * `failures`; when there are no advisories yet, it stops the update instead: a gap would look like "clean".
 * @throws AdvisoriesError FEED_UNREADABLE, DOCUMENT_MISSING, DOCUMENT_UNREADABLE
 */
export async function updateAdvisories(
  feed: Feed,
  store: AdvisoriesStore,
  now: Date,
  settings: UpdateSettings = {},
): Promise<UpdateResult> {
  const state = await store.state().catch(ignoreDamage);
  const intact = state !== undefined && (await store.isIntact(state));
  try {
    return await new UpdateRun(feed, store, state, now, intact, settings).run();
  } catch (error) {
    ignoreDamage(error);
    return new UpdateRun(feed, store, undefined, now, false, settings).run();
  }
}

/** Damaged files of our own are built anew from the feed; any other failure is the caller's to see. */
function ignoreDamage(error: unknown): undefined {
  if (error instanceof AdvisoriesError && error.code === 'CORRUPT_FILE') return undefined;
  throw error;
}

class UpdateRun {
  readonly #feed: Feed;
  readonly #store: AdvisoriesStore;
  readonly #state: FeedState | undefined;
  readonly #now: Date;
  readonly #settings: UpdateSettings;
  readonly #documents: Record<string, DocumentState>;
  readonly #refused: { id: string; refusal: Refusal; kept: string }[] = [];
  readonly #failures: ClearstoryError[] = [];
  #records: Promise<Map<string, DocumentRecord>> | undefined;
  #read = 0;
  #changed: boolean;

  /** `intact`: the advisories that `state` names can be read; if not, they are made anew in any case. */
  constructor(
    feed: Feed,
    store: AdvisoriesStore,
    state: FeedState | undefined,
    now: Date,
    intact: boolean,
    settings: UpdateSettings,
  ) {
    this.#settings = settings;
    this.#feed = feed;
    this.#store = store;
    this.#state = state;
    this.#now = now;
    this.#documents = { ...state?.documents };
    this.#changed = !intact;
  }

  async run(): Promise<UpdateResult> {
    const listings = withRecent(await this.#feed.list(), this.#now);
    let done = 0;
    await concurrently(listings, PARALLEL_READS, async (listing) => {
      await this.#take(listing);
      this.#settings.onProgress?.(++done, listings.length, listing.id);
    });
    const state = await this.#save();
    return {
      version: state.version,
      changed: state.version !== this.#state?.version,
      documents: Object.keys(state.documents).length,
      read: this.#read,
      refused: this.#refused,
      failures: this.#failures,
    };
  }

  async #take(listing: FeedListing): Promise<void> {
    const known = this.#documents[keyOf(listing.id)];
    try {
      const answer = await this.#feed.read(listing.id, known?.copy);
      if (answer.kind === 'document') await this.#takeDocument(listing, known, answer);
      else if (answer.kind === 'unchanged') await this.#takeUnchanged(listing.id, known!);
      else if (!known && listing.released !== '') throw missing(this.#feed.where, listing.id);
    } catch (error) {
      const isOurs = error instanceof AdvisoriesError && error.code === 'CORRUPT_FILE';
      if (!(error instanceof ClearstoryError) || isOurs || this.#state === undefined) throw error;
      this.#failures.push(error);
    }
  }

  async #takeDocument(
    listing: FeedListing,
    known: DocumentState | undefined,
    answer: FeedAnswer & { kind: 'document' },
  ): Promise<void> {
    const where = `${this.#feed.where}: ${listing.id}`;
    const served = await readDocument(answer.bytes, where);
    if (!sameDocumentId(served.id, listing.id)) {
      throw new AdvisoriesError('DOCUMENT_UNREADABLE', `${where}: the document calls itself ${served.id}`);
    }
    this.#read++;
    const key = keyOf(listing.id);
    const records = await this.#loadRecords();
    const verdict = judge(records.get(key), served, known?.refusal, this.#now);
    if (verdict.kind === 'refused') {
      this.#documents[key] = { ...known!, refusal: verdict.refusal };
      this.#refused.push({ id: listing.id, refusal: verdict.refusal, kept: known!.released });
      return;
    }
    records.set(key, verdict.record);
    this.#changed = true;
    this.#documents[key] = {
      copy: {
        hash: answer.hash,
        listed: listing.released,
        ...(answer.etag === undefined ? {} : { etag: answer.etag }),
      },
      released: served.released,
      ...carriedState(verdict.carried, known, this.#now),
    };
    await this.#dropConfirmed(key);
  }

  /** The copy kept is what the feed serves: a pending refusal is over, an absence seen once more. */
  async #takeUnchanged(id: string, known: DocumentState): Promise<void> {
    const key = keyOf(id);
    this.#documents[key] = {
      copy: known.copy,
      released: known.released,
      ...carriedState(known.carried?.ids ?? [], known, this.#now),
    };
    await this.#dropConfirmed(key);
  }

  async #dropConfirmed(key: string): Promise<void> {
    const document = this.#documents[key]!;
    const { carried, ...rest } = document;
    if (!carried || !isConfirmed(carried, this.#now)) return;
    const records = await this.#loadRecords();
    const record = records.get(key)!;
    const entries = record.entries.filter((entry) => !carried.ids.includes(entry.id));
    records.set(key, { ...record, entries });
    this.#changed = true;
    this.#documents[key] = rest;
  }

  async #save(): Promise<FeedState> {
    const complete = this.#failures.length === 0;
    const parts = {
      fetchedAt: complete || !this.#state ? this.#now.toISOString() : this.#state.fetchedAt,
      refusals: (this.#state?.refusals ?? 0) + this.#refused.length,
      documents: this.#documents,
    };
    if (this.#changed || !this.#state) {
      return this.#store.replace([...(await this.#loadRecords()).values()], parts);
    }
    const state = { ...this.#state, ...parts };
    await this.#store.saveState(state);
    return state;
  }

  /** Read only when something changed: an update without news need not touch them. */
  #loadRecords(): Promise<Map<string, DocumentRecord>> {
    this.#records ??= (async () => {
      const records = this.#state ? await this.#store.records(this.#state) : [];
      return new Map(records.map((record) => [keyOf(record.id), record]));
    })();
    return this.#records;
  }
}

function carriedState(
  ids: readonly string[],
  known: DocumentState | undefined,
  now: Date,
): Pick<DocumentState, 'carried'> {
  if (ids.length === 0) return {};
  const same = known?.carried?.ids.join() === ids.join();
  return { carried: { ids, ...seenAgain(same ? known?.carried : undefined, now) } };
}

/** The documents of the last three months are asked for whether the index has them or not. */
function withRecent(listings: readonly FeedListing[], now: Date): FeedListing[] {
  const unlisted = recentDocumentIds(now).filter(
    (id) => !listings.some((listing) => sameDocumentId(listing.id, id)),
  );
  return [...listings, ...unlisted.map((id) => ({ id, released: '' }))];
}

function keyOf(id: string): string {
  return id.toLowerCase();
}

function missing(where: string, id: string): AdvisoriesError {
  return new AdvisoriesError(
    'DOCUMENT_MISSING',
    `${where}: the index lists ${id}, but there is no such document; without it the advisories would have a gap`,
  );
}
