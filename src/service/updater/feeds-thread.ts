// Reads the feeds in a thread of its own, which can be ended at any moment.
import { once } from 'node:events';
import { startThread } from '../../base/start-thread.ts';
import type { FeedReports, FeedsRequest } from './feed-reports.ts';

/**
 * Reading all of Microsoft's documents takes 400 MB, the archive of npm some more; what takes several times that has
 * lost its way.
 */
const MAX_HEAP_MB = 2048;

/** An aborted `signal` ends the thread at once: the folder is then as after a crash, which the next update repairs. */
export async function readFeedsInThread(request: FeedsRequest, signal: AbortSignal): Promise<FeedReports> {
  signal.throwIfAborted();
  const thread = startThread(
    './feeds-program',
    import.meta.url,
    { request },
    {
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    },
  );
  try {
    const exit = once(thread, 'exit', { signal }).then(([code]) => {
      throw new Error(`the thread that reads the feeds ended with code ${code}`);
    });
    // `once` rejects with what the thread threw.
    const answer = once(thread, 'message', { signal }).then(([reports]) => reports as FeedReports);
    exit.catch(() => {});
    return await Promise.race([answer, exit]);
  } finally {
    await thread.terminate();
  }
}
