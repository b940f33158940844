// What is measured of the feeds: how old what we know is, and whether the guard holds something back.
import { Counter, Gauge, Histogram } from 'prom-client';
import type { FeedStatus } from './feed-status.ts';

/** `outcome`: `changed`, `unchanged`, `failed` (something could not be read; what could be may have changed). */
export const updates = new Counter({
  name: 'clearstory_updates_total',
  help: 'Updates of the advisories by feed and outcome, as run by this process.',
  labelNames: ['feed', 'outcome'],
});

export const updateDuration = new Histogram({
  name: 'clearstory_update_duration_seconds',
  help: 'Time that reading a feed took.',
  labelNames: ['feed'],
  // A look at the index takes a second, all documents or all of OSV some minutes.
  buckets: [0.3, 1, 3, 10, 30, 100, 300, 1000],
});

const age = new Gauge({
  name: 'clearstory_feed_age_seconds',
  help: 'Time since a feed was last read to its end, by any process; absent while it never was.',
  labelNames: ['feed'],
  collect: async () => observe(),
});

const known = new Gauge({
  name: 'clearstory_feed_entries',
  help: 'Documents of Microsoft, and library advisories of OSV, that are known.',
  labelNames: ['feed'],
});

const refusals = new Counter({
  name: 'clearstory_feed_refusals_total',
  help: 'Documents of Microsoft that the guard refused since the beginning, in any process.',
});

const pending = new Gauge({
  name: 'clearstory_feed_refusals_pending',
  help: 'What a feed serves and the guard does not believe until it is confirmed.',
  labelNames: ['feed'],
});

const failures = new Gauge({
  name: 'clearstory_update_failures',
  help: 'Updates in a row, by any process, that did not read all feeds to their end.',
});

const info = new Gauge({
  name: 'clearstory_advisories_info',
  help: '1, with the version of the advisories in force.',
  labelNames: ['version'],
});

/** Asked at every scrape: the updates of other processes count as well. */
export interface FeedObserver {
  observe(): Promise<{
    readonly version: string | undefined;
    readonly fetchedAt: string | undefined;
    readonly status: FeedStatus;
    readonly now: Date;
  }>;
}

let observer: FeedObserver | undefined;

/** There is one updater in a process. */
export function observeFeeds(by: FeedObserver | undefined): void {
  observer = by;
}

/** A store that does not answer must not take all other metrics with it: what was known last stays. */
async function observe(): Promise<void> {
  const seen = await observer?.observe().catch(() => undefined);
  if (!seen) return;
  const { version, fetchedAt, status, now } = seen;
  const ageOf = (time: string): number => Math.max(0, (now.getTime() - Date.parse(time)) / 1000);
  info.reset();
  if (version !== undefined) info.set({ version }, 1);
  if (fetchedAt !== undefined) age.set({ feed: 'msrc' }, ageOf(fetchedAt));
  failures.set(status.failures);
  refusals.reset();
  if (status.msrc) {
    known.set({ feed: 'msrc' }, status.msrc.documents);
    pending.set({ feed: 'msrc' }, status.msrc.pending);
    refusals.inc(status.msrc.refusals);
  }
  if (status.osv) {
    age.set({ feed: 'osv' }, ageOf(status.osv.fetchedAt));
    known.set({ feed: 'osv' }, status.osv.entries);
    pending.set({ feed: 'osv' }, status.osv.pending);
  }
}
