// Reads the feeds into a folder, one after the other: that one of them fails does not hold up the other.
import { AdvisoriesStore } from '../../advisories/advisories-store.ts';
import { DirectoryFeed } from '../../advisories/directory-feed.ts';
import type { Feed } from '../../advisories/feed.ts';
import { LibraryStore } from '../../advisories/libraries/library-store.ts';
import { osvFeed } from '../../advisories/libraries/osv-feed.ts';
import { updateLibraries } from '../../advisories/libraries/update-libraries.ts';
import { MsrcFeed } from '../../advisories/msrc-feed.ts';
import { updateAdvisories } from '../../advisories/update.ts';
import { ClearstoryError } from '../../base/error.ts';
import type { FeedReport, FeedReports, FeedsRequest } from './feed-reports.ts';

export async function readFeeds(request: FeedsRequest): Promise<FeedReports> {
  return {
    msrc: request.msrc === undefined ? undefined : await timed(() => readMsrc(request.msrc!, request)),
    osv: request.osv === undefined ? undefined : await timed(() => readOsv(request.osv!, request)),
  };
}

type Outcome = Omit<FeedReport, 'seconds'>;

async function readMsrc(from: string, { folder, now, ca }: FeedsRequest): Promise<Outcome> {
  const feed: Feed = isAddress(from) ? new MsrcFeed(from, new Date(now), ca) : new DirectoryFeed(from);
  const result = await updateAdvisories(feed, new AdvisoriesStore(folder), new Date(now));
  return {
    read: result.read - result.refused.length,
    known: result.documents,
    refused: result.refused.map(({ id, refusal: { reason, reads } }) => ({ what: id, reason, reads })),
    failures: result.failures.map(({ message }) => message),
  };
}

async function readOsv(from: string, { folder, now, ca }: FeedsRequest): Promise<Outcome> {
  const store = new LibraryStore(folder);
  const { state, read, refused, failures } = await updateLibraries(
    osvFeed(from, store.scratchFolder, ca),
    store,
    new Date(now),
  );
  const ecosystems = Object.values(state.ecosystems);
  const nothing = ecosystems.length === 0 && failures.length === 0;
  return {
    read: read.length,
    known: ecosystems.reduce((sum, { entries }) => sum + entries, 0),
    refused: refused.map(({ ecosystem, doubt }) => ({
      what: ecosystem,
      reason: 'smaller',
      reads: doubt.reads,
    })),
    failures: nothing ? [`${from}: has none of OSV's ecosystems`] : failures.map(({ message }) => message),
  };
}

async function timed(read: () => Promise<Outcome>): Promise<FeedReport> {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  try {
    return { ...(await read()), seconds: seconds() };
  } catch (error) {
    if (!(error instanceof ClearstoryError || isSystemError(error))) throw error;
    return { read: 0, known: 0, refused: [], failures: [error.message], seconds: seconds() };
  }
}

/** A full disk, a missing permission. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}

function isAddress(from: string): boolean {
  return /^https?:\/\//i.test(from);
}
