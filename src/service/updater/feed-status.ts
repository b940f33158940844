// What all replicas know of the last updates, whoever ran them.
import type { FeedState } from '../../advisories/advisories-store.ts';
import type { LibraryState } from '../../advisories/libraries/library-store.ts';
import type { Settings } from '../../store/settings.ts';

export interface FeedStatus {
  /** Attempts in a row that did not read the feeds to their end. */
  readonly failures: number;
  /** Of the last of these, ISO 8601. */
  readonly failedAt: string | undefined;
  readonly msrc: MsrcStatus | undefined;
  readonly osv: OsvStatus | undefined;
}

export interface MsrcStatus {
  readonly documents: number;
  /** Documents that the guard refused, since the beginning. */
  readonly refusals: number;
  /** Documents whose newest state waits to be confirmed. */
  readonly pending: number;
}

export interface OsvStatus {
  /** ISO 8601. */
  readonly fetchedAt: string;
  readonly entries: number;
  readonly pending: number;
}

const NAME = 'updater.status';

const NOTHING: FeedStatus = { failures: 0, failedAt: undefined, msrc: undefined, osv: undefined };

export async function readStatus(settings: Settings): Promise<FeedStatus> {
  const text = await settings.get(NAME);
  return text === undefined ? NOTHING : { ...NOTHING, ...(JSON.parse(text) as Partial<FeedStatus>) };
}

export async function writeStatus(settings: Settings, status: FeedStatus): Promise<void> {
  await settings.set(NAME, JSON.stringify(status));
}

export function msrcStatus({ documents, refusals }: FeedState): MsrcStatus {
  const states = Object.values(documents);
  return {
    documents: states.length,
    refusals,
    pending: states.filter(({ refusal }) => refusal !== undefined).length,
  };
}

export function osvStatus({ fetchedAt, ecosystems }: LibraryState): OsvStatus {
  const states = Object.values(ecosystems);
  return {
    fetchedAt,
    entries: states.reduce((sum, { entries }) => sum + entries, 0),
    pending: states.filter(({ doubt }) => doubt !== undefined).length,
  };
}
