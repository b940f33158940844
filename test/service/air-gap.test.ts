// Advisories carried from one service to another that has no network, straight into its store.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createLogger } from '../../src/base/log.ts';
import { exportCommand } from '../../src/cli/export-command.ts';
import { importCommand } from '../../src/cli/import-command.ts';
import { StoredLibraries } from '../../src/service/updater/stored-libraries.ts';
import { AdvisoriesVersions, type StoredVersion } from '../../src/store/advisories-versions.ts';
import type { Database } from '../../src/store/database.ts';
import { LibraryFiles } from '../../src/store/library-files.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import { advisoriesOf, osvFolder, plain, updateFolder } from '../builders/feed-folder.ts';
import { putPgliteInto } from '../builders/pglite-folder.ts';
import { type PostgresServer, startPostgres } from '../builders/postgres.ts';
import { ENGINES } from '../builders/store-engine.ts';
import { temporaryDirectory } from '../builders/temporary-directory.ts';
import { advisoriesIn, month, UpdaterWorld } from '../builders/updater-world.ts';

const log = createLogger('silent');

/** A service that is not running: what it would be configured with, and its store. */
interface Site {
  readonly config: string;
  /** Of PGlite there is one user at a time, so it is opened and closed each time. */
  withStore<T>(work: (database: Database) => Promise<T>): Promise<T>;
}

// Opening the embedded database takes seconds, and each command opens it: the way there and back is enough for it.
describe.each(ENGINES)('%s', (engine) => {
  const root = mkdtempSync(join(tmpdir(), 'clearstory-air-gap-'));
  let server: PostgresServer | undefined;
  let sites = 0;
  beforeAll(async () => {
    if (engine === 'PostgreSQL') server = await startPostgres();
  });
  afterAll(async () => {
    await server?.close();
    rmSync(root, { recursive: true });
  });

  async function site(): Promise<Site> {
    const dataFolder = join(root, `site-${++sites}`);
    const connstring = await server?.createDatabase();
    if (!server) await putPgliteInto(dataFolder);
    const matcher = connstring === undefined ? {} : { matcher: { connstring, migrations: true } };
    const config = join(root, `site-${sites}.json`);
    writeFileSync(config, JSON.stringify({ ...matcher, clearstory: { data_dir: dataFolder } }));
    return {
      config,
      withStore: async (work) => {
        const database = await openDatabase({ connstring, dataFolder, migrations: true, log });
        try {
          return await work(database);
        } finally {
          await database.close();
        }
      },
    };
  }

  const latest = (at: Site): Promise<StoredVersion | undefined> =>
    at.withStore((database) => new AdvisoriesVersions(database).latest());

  async function connected(entries: number): Promise<Site> {
    const world = new UpdaterWorld();
    await world.serve(month('2026-May', 10), month('2026-Jun', entries));
    const made = await site();
    const osv = osvFolder(3);
    expect(await made.withStore((database) => world.replica(database, { osv }).runOnce())).toBe('changed');
    return made;
  }

  const file = (): string => join(temporaryDirectory(), 'carried.bundle');
  const carry = (from: Site, path: string): Promise<number> =>
    exportCommand(path, { format: 'bundle', osv: true, config: from.config, cacheDir: '/nowhere' });
  const take = (path: string, to: Site, force = false): Promise<number> =>
    importCommand(path, { quiet: true, force, config: to.config, cacheDir: '/nowhere' });

  /** What is in force there, as plain data. */
  const known = (at: Site): Promise<unknown> =>
    at.withStore(async (database) => {
      const { id, version, fetchedAt } = (await new AdvisoriesVersions(database).latest())!;
      const libraries = new StoredLibraries(new LibraryFiles(database), temporaryDirectory());
      const dependency = { ecosystem: 'npm', name: 'package-1', version: '1.0.0' } as const;
      const source = (await libraries.of(id))!;
      const ofPackage = (await source.load([dependency])).of(dependency);
      return { version, fetchedAt, ofPackage, advisories: plain(await advisoriesIn(database)) };
    });

  test('the other site knows the same: advisories, libraries, version, and when they were read', async () => {
    const [here, there] = [await connected(100), await site()];
    const path = file();
    expect(await carry(here, path)).toBe(0);
    expect(await take(path, there)).toBe(0);
    const theirs = await known(there);
    expect(theirs).toEqual(await known(here));
    expect(theirs).toMatchObject({ ofPackage: [{ id: 'GHSA-1' }] });
  });

  if (engine === 'PGlite' && ENGINES.length > 1) return;

  test('the same again is no new version', async () => {
    const [here, there] = [await connected(100), await site()];
    const path = file();
    await carry(here, path);
    await take(path, there);
    const before = await latest(there);
    await take(path, there);
    expect(await latest(there)).toEqual(before);
  });

  test('what would take back something is refused, and the store is as it was', async () => {
    const [here, there] = [await connected(50), await connected(100)];
    const path = file();
    await carry(here, path);
    const before = await latest(there);
    await expect(take(path, there)).rejects.toMatchObject({ code: 'REFUSED' });
    expect(await latest(there)).toEqual(before);
    expect(await take(path, there, true)).toBe(0);
    expect((await there.withStore(advisoriesIn)).entries).toHaveLength(60);
  });

  test('a damaged file changes nothing', async () => {
    const [here, there] = [await connected(5), await site()];
    const path = file();
    await carry(here, path);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length - 10));
    await expect(take(path, there)).rejects.toMatchObject({ code: 'TRUNCATED' });
    expect(await latest(there)).toBeUndefined();
  });

  test('from the command line to the service and back, in either format', async () => {
    const cacheDir = temporaryDirectory();
    await updateFolder(cacheDir, [month('2026-Jun', 7)], new Date('2026-07-01T00:00:00Z'));
    const there = await site();
    const [bundle, blob] = [file(), `${file()}.gz`];
    await exportCommand(bundle, { format: 'bundle', cacheDir });
    await take(bundle, there);
    await exportCommand(blob, { format: 'jsonblob', config: there.config, cacheDir: '/nowhere' });
    const other = temporaryDirectory();
    await importCommand(blob, { quiet: true, cacheDir: other });
    expect(plain(await advisoriesOf(other))).toEqual(plain(await advisoriesOf(cacheDir)));
  });

  test('an update of the service goes on from what was imported', async () => {
    const cacheDir = temporaryDirectory();
    await updateFolder(cacheDir, [month('2026-Jun', 100)], new Date('2026-07-01T00:00:00Z'));
    const there = await site();
    const path = file();
    await exportCommand(path, { format: 'bundle', cacheDir });
    await take(path, there);
    const world = new UpdaterWorld();
    await world.serve(month('2026-Jun', 50));
    world.clock.hours(7);
    const outcome = await there.withStore((database) => world.replica(database).runOnce());
    expect(outcome).toBe('unchanged');
    expect(world.warnings()).toEqual([expect.stringMatching(/^2026-Jun is served markedly smaller/)]);
  });
});

test.runIf(ENGINES.includes('PostgreSQL'))('an import beside a running update waits for it', async () => {
  const server = await startPostgres();
  try {
    const connstring = await server.createDatabase();
    const config = join(temporaryDirectory(), 'config.json');
    const matcher = { connstring, migrations: true };
    const data = { data_dir: temporaryDirectory() };
    writeFileSync(config, JSON.stringify({ matcher, clearstory: data }));
    const database = await openDatabase({ connstring, dataFolder: '', migrations: true, log });
    const cacheDir = temporaryDirectory();
    await updateFolder(cacheDir, [month('2026-Jun', 7)], new Date('2026-07-01T00:00:00Z'));
    const path = join(temporaryDirectory(), 'carried.bundle');
    await exportCommand(path, { format: 'bundle', cacheDir });

    let end: () => void = () => {};
    const hold = new Promise<void>((resolve) => {
      end = resolve;
    });
    const update = database.tryLock('updater', () => hold);
    const imported = importCommand(path, { quiet: true, config, cacheDir: '/nowhere' });
    const versions = new AdvisoriesVersions(database);
    await vi.waitFor(async () => {
      const [row] = await database.query<{ count: number }>(
        `select count(*) as count from pg_stat_activity where application_name like 'clearstory%'`,
      );
      expect(row!.count).toBeGreaterThan(1);
    });
    expect(await versions.latest()).toBeUndefined();
    end();
    await update;
    expect(await imported).toBe(0);
    expect(await versions.latest()).toBeDefined();
    await database.close();
  } finally {
    await server.close();
  }
});
