// `clearstory update`: brings the advisories up to date and says what happened.
import { AdvisoriesStore } from '../advisories/advisories-store.ts';
import { DirectoryFeed } from '../advisories/directory-feed.ts';
import type { Feed } from '../advisories/feed.ts';
import type { RefusalReason } from '../advisories/guard.ts';
import { MSRC_API, MsrcFeed } from '../advisories/msrc-feed.ts';
import { type UpdateResult, updateAdvisories } from '../advisories/update.ts';
import { EXIT_ERROR, EXIT_OK } from './exit-codes.ts';
import { reportFailure } from './failure.ts';
import { UpdateProgressBar } from './progress.ts';

export interface UpdateOptions {
  readonly from?: string;
  readonly quiet?: boolean;
  readonly cacheDir: string;
}

export async function updateCommand(options: UpdateOptions): Promise<number> {
  const result = await runUpdate(options);
  return result.failures.length > 0 ? EXIT_ERROR : EXIT_OK;
}

/** One update with progress, warnings and a closing line, all on standard error. */
export async function runUpdate(options: UpdateOptions): Promise<UpdateResult> {
  const now = new Date();
  const feed = feedFrom(options.from ?? MSRC_API, now);
  const bar = new UpdateProgressBar();
  try {
    if (!options.quiet) await bar.start();
    const store = new AdvisoriesStore(options.cacheDir);
    const result = await updateAdvisories(feed, store, now, {
      onProgress: (...step) => bar.onDocument(...step),
    });
    bar.stop();
    for (const { id, refusal, kept } of result.refused) {
      const copy = `the copy of ${kept.slice(0, 10)} stays until this is confirmed (read ${refusal.reads} of 3, over 72 hours)`;
      process.stderr.write(`warning: ${id} ${REASONS[refusal.reason]}; ${copy}\n`);
    }
    for (const failure of result.failures) reportFailure(failure);
    if (!options.quiet) process.stderr.write(`${summary(result)}\n`);
    return result;
  } finally {
    bar.stop();
  }
}

const REASONS: Readonly<Record<RefusalReason, string>> = {
  empty: 'is served without any entry',
  older: 'is served with an older date than before',
  smaller: 'is served markedly smaller than before',
};

function feedFrom(from: string, now: Date): Feed {
  return /^https?:\/\//i.test(from) ? new MsrcFeed(from, now) : new DirectoryFeed(from);
}

function summary(result: UpdateResult): string {
  const what = result.changed ? 'advisories are now at version' : 'advisories stay at version';
  return `${what} ${result.version}: ${result.documents} documents, ${result.read} of them read anew`;
}
