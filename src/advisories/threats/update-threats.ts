// Brings what CISA and EPSS know up to date: each feed on its own, guarded as MSRC's documents are.
import { ClearstoryError } from '../../base/error.ts';
import { isConfirmed, type Refusal, type RefusalReason, seenAgain, TOLERATED_LOSS } from '../guard.ts';
import type { ThreatDocument } from './threat-document.ts';
import type { ThreatFeed, ThreatFeedName } from './threat-feed.ts';
import { readThreatSource } from './threat-source.ts';
import type { ThreatFeedState, ThreatState, ThreatStore } from './threat-store.ts';

/** A feed to read, and where from. */
export interface ThreatRequest {
  readonly feed: ThreatFeed;
  /** An address or a file. */
  readonly from: string;
}

export interface ThreatUpdateResult {
  readonly state: ThreatState;
  /** Those that had something new. */
  readonly read: readonly ThreatFeedName[];
  /** Documents that were refused; what was known stays. */
  readonly refused: readonly { readonly feed: ThreatFeed; readonly refusal: Refusal }[];
  /** What could not be read; what was known of it stays. */
  readonly failures: readonly ClearstoryError[];
}

/** `ca`: PEM text of authorities to trust beside Node's. */
export async function updateThreats(
  requests: readonly ThreatRequest[],
  store: ThreatStore,
  now: Date,
  ca?: string,
): Promise<ThreatUpdateResult> {
  let state = await store.state();
  const read: ThreatFeedName[] = [];
  const refused: { feed: ThreatFeed; refusal: Refusal }[] = [];
  const failures: ClearstoryError[] = [];
  for (const request of requests) {
    const { feed } = request;
    try {
      const { outcome, next } = await updateFeed(request, store, state, now, ca);
      if (outcome === 'read') read.push(feed.name);
      if (outcome === 'refused') refused.push({ feed, refusal: next.refusal! });
      const changed = { ...state, [feed.name]: next };
      await store.save(changed, state);
      state = changed;
    } catch (error) {
      if (!(error instanceof ClearstoryError)) throw error;
      failures.push(error);
    }
  }
  return { state, read, refused, failures };
}

interface Update {
  readonly outcome: 'read' | 'unchanged' | 'refused';
  readonly next: ThreatFeedState;
}

async function updateFeed(
  { feed, from }: ThreatRequest,
  store: ThreatStore,
  state: ThreatState,
  now: Date,
  ca: string | undefined,
): Promise<Update> {
  // What is damaged is of no use: it is read again, changed or not, and has nothing to defend.
  const kept = (await store.isIntact(feed.name, state)) ? state[feed.name] : undefined;
  // While a refusal is pending the document must be seen again, changed or not.
  const asked = kept?.from === from && !kept.refusal ? kept : undefined;
  const answer = await readThreatSource(feed, from, asked?.validator || undefined, ca);
  if (answer.kind === 'unchanged') {
    return { outcome: 'unchanged', next: { ...asked!, fetchedAt: now.toISOString() } };
  }
  const { document, validator } = answer;
  const refusal = kept && refusalOf(kept, document, now);
  if (kept && refusal) return { outcome: 'refused', next: { ...kept, from, refusal } };
  const written = await store.write(feed.name, document.bytes);
  const outcome = written.hash === kept?.hash ? 'unchanged' : 'read';
  return {
    outcome,
    next: {
      from,
      ...written,
      entries: document.entries,
      ...(document.released !== undefined && { released: document.released }),
      validator,
      fetchedAt: now.toISOString(),
    },
  };
}

/** Pure. `undefined`: the document may replace what is kept. */
function refusalOf(kept: ThreatFeedState, served: ThreatDocument, now: Date): Refusal | undefined {
  const reason = reasonToDoubt(kept, served);
  if (!reason) return undefined;
  const earlier = kept.refusal?.reason === reason ? kept.refusal : undefined;
  const refusal: Refusal = { reason, ...seenAgain(earlier, now) };
  return isConfirmed(refusal, now) ? undefined : refusal;
}

function reasonToDoubt(kept: ThreatFeedState, served: ThreatDocument): RefusalReason | undefined {
  if (served.entries < kept.entries * (1 - TOLERATED_LOSS)) return 'smaller';
  const isOlder =
    kept.released !== undefined &&
    served.released !== undefined &&
    Date.parse(served.released) < Date.parse(kept.released);
  return isOlder ? 'older' : undefined;
}
