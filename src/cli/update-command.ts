// `clearstory update`: brings the advisories up to date and says what happened.
import { AdvisoriesError } from '../advisories/advisories-error.ts';
import { AdvisoriesStore } from '../advisories/advisories-store.ts';
import { DirectoryFeed } from '../advisories/directory-feed.ts';
import type { Feed } from '../advisories/feed.ts';
import { LibraryStore } from '../advisories/libraries/library-store.ts';
import { OSV_BUCKET } from '../advisories/libraries/osv-bucket.ts';
import type { LibraryUpdateResult } from '../advisories/libraries/update-libraries.ts';
import { MSRC_API, MsrcFeed } from '../advisories/msrc-feed.ts';
import { type UpdateResult, updateAdvisories } from '../advisories/update.ts';
import { EXIT_ERROR, EXIT_OK } from './exit-codes.ts';
import { reportFailure } from './failure.ts';
import { UpdateProgress } from './progress.ts';
import { REFUSED_BECAUSE } from './refused-because.ts';
import { parseThreatFeeds, runThreatUpdate, type ThreatUpdateOptions } from './threat-update.ts';

export interface UpdateOptions extends ThreatUpdateOptions {
  readonly from?: string;
  /** Where library advisories come from; `true`: OSV itself. */
  readonly osv?: string | true;
  /** Print what the rules make of the advisories. */
  readonly report?: boolean;
}

export async function updateCommand(options: UpdateOptions): Promise<number> {
  parseThreatFeeds(options.with);
  const result = await runUpdate(options);
  const libraryFailures = await runLibraryUpdate(options);
  const threatFailures = await runThreatUpdate(options);
  if (options.report) process.stdout.write(await dataReport(options.cacheDir));
  return result.failures.length + libraryFailures + threatFailures > 0 ? EXIT_ERROR : EXIT_OK;
}

/** One update with progress, warnings and a closing line, all on standard error. */
export async function runUpdate(options: UpdateOptions): Promise<UpdateResult> {
  const now = new Date();
  const feed = feedFrom(options.from ?? MSRC_API, now);
  const bar = new UpdateProgress();
  try {
    if (!options.quiet) await bar.start();
    const store = new AdvisoriesStore(options.cacheDir);
    const result = await updateAdvisories(feed, store, now, {
      onProgress: (...step) => bar.onDocument(...step),
    });
    bar.stop();
    for (const { id, refusal, kept } of result.refused) {
      const copy = `the copy of ${kept.slice(0, 10)} stays until this is confirmed (read ${refusal.reads} of 3, over 72 hours)`;
      process.stderr.write(`warning: ${id} ${REFUSED_BECAUSE[refusal.reason]}; ${copy}\n`);
    }
    for (const failure of result.failures) reportFailure(failure);
    if (!options.quiet) process.stderr.write(`${summary(result)}\n`);
    return result;
  } finally {
    bar.stop();
  }
}

/** Returns the number of failures. Nothing is done until library advisories were asked for once. */
async function runLibraryUpdate(options: UpdateOptions): Promise<number> {
  const store = new LibraryStore(options.cacheDir);
  const asked = options.osv === true ? OSV_BUCKET : options.osv;
  const from = asked ?? (await store.state())?.from;
  // Nothing is fetched where they were imported: there is no network.
  if (!from) return 0;
  const bar = new UpdateProgress();
  try {
    if (!options.quiet) await bar.start();
    const { updateLibraries } = await import('../advisories/libraries/update-libraries.ts');
    const { osvFeed } = await import('../advisories/libraries/osv-feed.ts');
    const result = await updateLibraries(osvFeed(from, store.scratchFolder), store, new Date(), (...step) =>
      bar.onDocument(...step),
    );
    bar.stop();
    for (const { ecosystem, doubt } of result.refused) {
      process.stderr.write(
        `warning: ${ecosystem} of OSV is served markedly smaller than before; the copy kept stays until this is ` +
          `confirmed (read ${doubt.reads} of 3, over 72 hours)\n`,
      );
    }
    for (const failure of result.failures) reportFailure(failure);
    if (!options.quiet) process.stderr.write(`${librarySummary(result)}\n`);
    return result.failures.length;
  } finally {
    bar.stop();
  }
}

function librarySummary({ state, read }: LibraryUpdateResult): string {
  const entries = Object.values(state.ecosystems).reduce((sum, each) => sum + each.entries, 0);
  const anew = read.length > 0 ? `${read.join(', ')} read anew` : 'nothing new';
  return `library advisories from ${state.from}: ${entries} ${entries === 1 ? 'entry' : 'entries'}, ${anew}`;
}

async function dataReport(cacheFolder: string): Promise<string> {
  const { assessData } = await import('../matching/products/data-quality.ts');
  const { renderDataQuality } = await import('../reports/data-quality-table.ts');
  const store = new AdvisoriesStore(cacheFolder);
  const state = await store.state();
  if (!state) throw new AdvisoriesError('NONE', 'there are no advisories; run "clearstory update"');
  const width = process.stdout.isTTY ? process.stdout.columns || 80 : 10_000;
  return renderDataQuality(assessData(await store.load(state)), width);
}

function feedFrom(from: string, now: Date): Feed {
  return /^https?:\/\//i.test(from) ? new MsrcFeed(from, now) : new DirectoryFeed(from);
}

function summary(result: UpdateResult): string {
  const what = result.changed ? 'advisories are now at version' : 'advisories stay at version';
  return `${what} ${result.version}: ${result.documents} documents, ${result.read} of them read anew`;
}
