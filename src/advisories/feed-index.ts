// Reads the answer of MSRC's `/updates`: the list of monthly documents.
import { AdvisoriesError } from './advisories-error.ts';
import { isDocumentId } from './document-id.ts';
import type { FeedListing } from './feed.ts';

/** @throws AdvisoriesError FEED_UNREADABLE when it is not such a list, or an empty one: both are accidents. */
export function parseFeedIndex(bytes: Uint8Array, where: string): FeedListing[] {
  const unreadable = (what: string, cause?: unknown): AdvisoriesError =>
    new AdvisoriesError('FEED_UNREADABLE', `${where}: ${what}; expected the answer of MSRC's /updates`, {
      cause,
    });
  let index: { value?: unknown };
  try {
    index = JSON.parse(Buffer.from(bytes).toString('utf8')) as { value?: unknown };
  } catch (error) {
    throw unreadable('not JSON', error);
  }
  if (!Array.isArray(index?.value)) throw unreadable('no list of documents');
  const listings = index.value.map((item: Record<string, unknown> | null): FeedListing => {
    const id = item?.ID;
    if (typeof id !== 'string' || !isDocumentId(id)) throw unreadable(`"${String(id)}" is no document ID`);
    const released = item?.CurrentReleaseDate;
    return { id, released: typeof released === 'string' ? released : '' };
  });
  if (listings.length === 0) throw unreadable('the list of documents is empty');
  return listings;
}
