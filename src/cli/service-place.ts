// The store of a service as a place that advisories are exported from and imported into.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '../base/log.ts';
import { readConfiguration } from '../service/configuration/read-configuration.ts';
import { FeedWorkspace } from '../service/updater/feed-workspace.ts';
import { openDatabase } from '../store/open-database.ts';
import type { AdvisoriesPlace } from './advisories-place.ts';
import { CommandError } from './command-error.ts';

/** An update that reads everything anew takes a minute or two; whoever imports can wait as long. */
const PATIENCE_MS = 180_000;
const PAUSE_MS = 1_000;

/**
 * Works beside a running service that has PostgreSQL; of the embedded database there is one user at a time.
 * Throws ConfigurationError, StoreError.
 */
export async function openServicePlace(config: string): Promise<AdvisoriesPlace> {
  const { database: settings, clearstory, matcher } = await readConfiguration(config, process.env);
  const database = await openDatabase({
    connstring: settings.connstring,
    dataFolder: clearstory.dataFolder,
    migrations: settings.migrations,
    log: createLogger('warn'),
  });
  // Not in the data directory: what root leaves there the service could not replace.
  const scratchFolder = await mkdtemp(join(tmpdir(), 'clearstory-'));
  const workspace = new FeedWorkspace({ database, scratchFolder, retention: matcher.updateRetention });
  return {
    name: 'the service',
    read: (libraries, work) => workspace.read(libraries, work),
    change: async (work) => {
      for (let waited = 0; ; waited += PAUSE_MS) {
        const change = await workspace.change(async (folder) => ({ done: await work(folder) }));
        if (change) return change.result.done;
        if (waited >= PATIENCE_MS) {
          throw new CommandError(
            'BUSY',
            'an update of the advisories has been running for minutes; try again when it is done',
          );
        }
        await sleep(PAUSE_MS);
      }
    },
    close: async () => {
      await database.close();
      await rm(scratchFolder, { recursive: true, force: true });
    },
  };
}
