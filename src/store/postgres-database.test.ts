// A server that goes away, refuses or never was: said as what it is, and nothing acknowledged is lost.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { makeCertificate } from '../../test/builders/certificates.ts';
import { isInstalled } from '../../test/builders/installed.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from '../../test/builders/postgres.ts';
import { namedDigest, systemSubject, windowsManifest } from '../../test/builders/stored-manifest.ts';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import { createLogger } from '../base/log.ts';
import type { Database } from './database.ts';
import { Manifests } from './manifests.ts';
import { openDatabase } from './open-database.ts';
import { StoreError } from './store-error.ts';

const log = createLogger('silent');
const open = (connstring: string, patienceMs = 0, migrations = true): Promise<Database> =>
  openDatabase({ connstring, dataFolder: '/nonexistent', migrations, log, patienceMs });

const codeOf = (error: unknown): string => (error instanceof StoreError ? error.code : String(error));

describe.skipIf(whyNoPostgres() !== undefined)('PostgreSQL', () => {
  let server: PostgresServer;
  const opened: Database[] = [];
  const openNew = async (): Promise<Database> => {
    const database = await open(await server.createDatabase());
    opened.push(database);
    return database;
  };
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await server?.close();
  });

  test('restarted under load: errors are UNAVAILABLE, what was acknowledged is there, nothing is done twice', async () => {
    const database = await openNew();
    const manifests = new Manifests(database);
    await database.query(`insert into setting values ('counter', '0')`);
    const acknowledged: string[] = [];
    const codes = new Set<string>();
    let increments = 0;
    let doubtful = 0;
    let isOver = false;
    const saver = async (worker: number): Promise<void> => {
      for (let index = 0; !isOver; index++) {
        const manifest = windowsManifest(`load ${worker} ${index}`, [systemSubject(20348, index % 7)]);
        await manifests.save(manifest).then(
          () => acknowledged.push(manifest.digest),
          (error: unknown) => codes.add(codeOf(error)),
        );
      }
    };
    const counter = async (): Promise<void> => {
      while (!isOver) {
        await database
          .query(`update setting set value = (value::integer + 1)::text where name = $1`, ['counter'])
          .then(
            () => increments++,
            (error: unknown) => {
              codes.add(codeOf(error));
              doubtful++;
            },
          );
      }
    };
    const load = [saver(0), saver(1), saver(2), counter()];
    for (let restart = 0; restart < 3; restart++) {
      await sleep(400);
      await server.stop();
      await sleep(100);
      await server.start();
    }
    const before = acknowledged.length;
    await sleep(700);
    isOver = true;
    await Promise.all(load);
    expect(acknowledged.length, 'goes on after the last restart').toBeGreaterThan(before);
    expect([...codes]).toEqual(['UNAVAILABLE']);
    for (const digest of acknowledged) expect((await manifests.find(digest))?.image).toBeDefined();
    const [row] = await database.query<{ value: number }>(
      `select value::integer as value from setting where name = 'counter'`,
    );
    expect(row!.value).toBeGreaterThanOrEqual(increments);
    expect(row!.value).toBeLessThanOrEqual(increments + doubtful);
  });

  test('connections that ended while they were idle are not noticed by anybody', async () => {
    const database = await openNew();
    await Promise.all(Array.from({ length: 5 }, () => database.query('select pg_sleep(0.05)')));
    await server.stop();
    await server.start();
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
    expect(await database.transaction((transaction) => transaction.query('select 2 as two'))).toEqual([
      { two: 2 },
    ]);
    expect(await database.tryLock('after restart', async () => 'held')).toBe('held');
  });

  test('a lock that is lost with its connection aborts the work and fails it', async () => {
    const database = await openNew();
    const kill = `select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid)
      where locktype = 'advisory' and datname = current_database()`;
    let wasTold: unknown;
    const held = database.tryLock('to be lost', async (lost) => {
      await database.query(kill);
      for (let wait = 0; wait < 100 && !lost.aborted; wait++) await sleep(20);
      wasTold = lost.reason;
      return 'done';
    });
    await expect(held).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(wasTold).toMatchObject({ code: 'UNAVAILABLE' });
    expect(await database.tryLock('to be lost', async () => 'again')).toBe('again');
  });

  test('a transaction whose connection ends is UNAVAILABLE, and undone', async () => {
    const database = await openNew();
    const cut = database.transaction(async (transaction) => {
      await transaction.query(`insert into setting values ('cut', '')`);
      const [own] = await transaction.query<{ pid: number }>('select pg_backend_pid() as pid');
      await database.query('select pg_terminate_backend($1)', [own!.pid]);
      await sleep(100);
      await transaction.query('select 1');
    });
    await expect(cut).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await database.query('select from setting')).toEqual([]);
  });

  test('a statement that is stopped by the server is UNAVAILABLE; a deadlock as well', async () => {
    const database = await openNew();
    await expect(
      database.transaction(async (transaction) => {
        await transaction.query('set local statement_timeout = 50');
        await transaction.query('select pg_sleep(10)');
      }),
    ).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await database.query(`insert into setting values ('1', ''), ('2', '')`);
    const lock = `update setting set value = 'x' where name = $1`;
    const cross = (first: string, second: string) =>
      database.transaction(async (transaction) => {
        await transaction.query(lock, [first]);
        await sleep(200);
        await transaction.query(lock, [second]);
      });
    const results = await Promise.allSettled([cross('1', '2'), cross('2', '1')]);
    const failed = results.filter((result) => result.status === 'rejected');
    expect(failed.map(({ reason }) => codeOf(reason))).toEqual(['UNAVAILABLE']);
  });

  test('wrong password, no such database, no TLS where it is required: to be changed by somebody', async () => {
    const good = await server.createDatabase();
    for (const bad of [
      good.replace(server.password, 'wrong-secret'),
      good.replace(/\/test_\d+/, '/nowhere'),
      good.replace('disable', 'require'),
    ]) {
      const refused = await open(bad, 5_000).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'BAD_CONNECTION' });
      expect((refused as Error).message).toMatch(/^PostgreSQL at 127\.0\.0\.1:\d+: /);
      expect((refused as Error).message).not.toMatch(/secret|postgresql:/);
    }
  });

  test('the words of libpq', async () => {
    const url = new URL(await server.createDatabase());
    const words = `host=${server.host} port=${server.port} user=postgres password=${server.password}`;
    const database = await open(`${words} dbname=${url.pathname.slice(1)}`);
    opened.push(database);
    expect(await database.query('select current_database() as name')).toEqual([
      { name: url.pathname.slice(1) },
    ]);
    expect(
      await database.query(`select application_name from pg_stat_activity where pid = pg_backend_pid()`),
    ).toEqual([{ application_name: 'clearstory' }]);
  });

  test('a user who may make nothing is told what is missing; one who owns the schema needs no more', async () => {
    const connstring = await server.createDatabase();
    const admin = await open(connstring, 0, true);
    opened.push(admin);
    await admin.query('drop schema clearstory cascade');
    await admin.query(`create role reader login password 'reader'`);
    const own = connstring.replace(/\/\/.*@/, '//reader:reader@');
    await expect(open(own)).rejects.toMatchObject({
      code: 'BAD_CONNECTION',
      message: expect.stringMatching(/schema "clearstory"/),
    });
    await admin.query('create schema clearstory authorization reader');
    const database = await open(own);
    opened.push(database);
    await new Manifests(database).save(windowsManifest('of reader', []));
  });

  test('beside the tables of a Clair', async () => {
    const connstring = await server.createDatabase();
    const clair = await open(connstring);
    await clair.query('drop schema clearstory cascade');
    for (const table of ['manifest', 'layer', 'notification', 'indexreport']) {
      await clair.query(`create table public.${table} (id integer)`);
    }
    await clair.close();
    const database = await open(connstring);
    opened.push(database);
    await new Manifests(database).save(windowsManifest('beside', []));
    expect(await database.query('select from public.manifest')).toEqual([]);
  });

  test('migrations that are off, on an empty database', async () => {
    const connstring = await server.createDatabase();
    await expect(open(connstring, 0, false)).rejects.toMatchObject({ code: 'SCHEMA' });
  });

  test('several that start on an empty database at once', async () => {
    const connstring = await server.createDatabase();
    const all = await Promise.all(Array.from({ length: 5 }, () => open(connstring)));
    opened.push(...all);
    expect(await new Manifests(all[4]!).find(namedDigest('none'))).toBeUndefined();
  });

  test('waits for a server that is about to start, and reports one that is not', async () => {
    const connstring = await server.createDatabase();
    await server.stop();
    const waiting = open(connstring, 20_000);
    await expect(open(connstring)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await server.start();
    opened.push(await waiting);
  });
});

describe.skipIf(whyNoPostgres() !== undefined || !isInstalled('openssl'))('PostgreSQL with TLS', () => {
  test('encrypted if possible, verified if asked for', async () => {
    const certificate = makeCertificate();
    const server = await startPostgres({ tls: certificate });
    onTestFinished(() => server.close());
    const folder = temporaryDirectory();
    const [right, wrong] = [join(folder, 'right.pem'), join(folder, 'wrong.pem')];
    writeFileSync(right, certificate.ca);
    writeFileSync(wrong, makeCertificate().ca);
    const connstring = (await server.createDatabase()).replace(/\?.*/, '');
    const isEncrypted = async (query: string): Promise<unknown> => {
      const database = await open(`${connstring}?${query}`);
      try {
        const held = await database.tryLock('over TLS', () =>
          database.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()'),
        );
        return held?.[0]?.ssl;
      } finally {
        await database.close();
      }
    };
    expect(await isEncrypted('')).toBe(true);
    expect(await isEncrypted('sslmode=disable')).toBe(false);
    expect(await isEncrypted('sslmode=require')).toBe(true);
    expect(await isEncrypted(`sslmode=verify-full&sslrootcert=${right}`)).toBe(true);
    for (const mode of ['require', 'verify-ca', 'verify-full']) {
      await expect(isEncrypted(`sslmode=${mode}&sslrootcert=${wrong}`)).rejects.toMatchObject({
        code: 'BAD_CONNECTION',
        message: expect.stringMatching(/sslmode, certificates/),
      });
    }
  });
});
