// The databases that every test of the store runs on.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { createLogger } from '../../src/base/log.ts';
import type { Database } from '../../src/store/database.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import { putPgliteInto } from './pglite-folder.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from './postgres.ts';

export type StoreEngine = 'PGlite' | 'PostgreSQL';

/** A database with the schema, open while the tests of a file or a `describe` run. */
export interface TestStore {
  readonly database: Database;
  /** Another connection to it, as of another replica; PGlite has one for all. Closed with the store. */
  replica(): Promise<Database>;
  /** Removes all rows. */
  empty(): Promise<void>;
}

const log = createLogger('silent');
const missing = whyNoPostgres();
if (missing !== undefined) console.warn(`tests on PostgreSQL are skipped: ${missing}`);

/** For `describe.each`. */
export const ENGINES: readonly StoreEngine[] = missing === undefined ? ['PGlite', 'PostgreSQL'] : ['PGlite'];

/** To be called where `beforeAll` may be: opens a new database of this kind for the tests there. */
export function testStore(engine: StoreEngine): TestStore {
  const opened: Database[] = [];
  let folder = '';
  let server: PostgresServer | undefined;
  let connstring: string | undefined;
  const open = async (): Promise<Database> => {
    const database = await openDatabase({ connstring, dataFolder: folder, migrations: true, log });
    opened.push(database);
    return database;
  };
  const first = (): Database => {
    if (!opened[0]) throw new Error('the store is not open yet: use it in tests and hooks');
    return opened[0];
  };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clearstory-store-'));
    if (engine === 'PGlite') {
      await putPgliteInto(folder);
    } else {
      server = await startPostgres();
      connstring = await server.createDatabase();
    }
    await open();
  });
  afterAll(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    get database() {
      return first();
    },
    replica: async () => (engine === 'PGlite' ? first() : open()),
    empty: async () => {
      const tables = await first().query<{ tablename: string }>(
        `select tablename from pg_tables where schemaname = 'clearstory' and tablename <> 'schema_step'`,
      );
      await first().query(`truncate ${tables.map(({ tablename }) => tablename).join(', ')} cascade`);
    },
  };
}
