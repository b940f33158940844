// Opens the service's database, whichever it is, with the schema that this version needs.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../base/log.ts';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { StoreError } from './store-error.ts';

export interface OpenDatabaseOptions {
  /** A URL or words as libpq takes them; `''`: all from the PG… variables; `undefined`: PGlite in `dataFolder`. */
  readonly connstring?: string | undefined;
  readonly dataFolder: string;
  /** Whether steps of the schema that are missing may be taken. */
  readonly migrations: boolean;
  readonly log: Logger;
  /** How long a server that is not there yet is waited for. Default 30 s: one that is started beside us. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 30_000;

/** Between two tries to reach the server. */
const PAUSE_MS = 1_000;

/** Throws StoreError. */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const database = await connect(options);
  try {
    const steps = await migrate(database, options);
    if (steps.length > 0) options.log.info({ steps }, 'brought the schema of the database up to date');
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

// Each driver is loaded where it is used: PGlite alone is megabytes.
async function connect({
  connstring,
  dataFolder,
  log,
  patienceMs = PATIENCE_MS,
}: OpenDatabaseOptions): Promise<Database> {
  if (connstring === undefined) {
    const { PgliteDatabase } = await import('./pglite-database.ts');
    return PgliteDatabase.open(dataFolder, log);
  }
  const { PostgresDatabase } = await import('./postgres-database.ts');
  const end = performance.now() + patienceMs;
  for (;;) {
    try {
      return await PostgresDatabase.connect(connstring, log);
    } catch (error) {
      const isPassing = error instanceof StoreError && error.code === 'UNAVAILABLE';
      if (!isPassing || performance.now() + PAUSE_MS > end) throw error;
      log.warn({ reason: error.message }, 'waiting for the database');
      await sleep(PAUSE_MS);
    }
  }
}
