// PGlite in a data directory: one process has it, what was acknowledged stays, and nobody waits for its thread.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import { putPgliteInto } from '../../test/builders/pglite-folder.ts';
import { testStore } from '../../test/builders/store-engine.ts';
import { windowsManifest } from '../../test/builders/stored-manifest.ts';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import { createLogger } from '../base/log.ts';
import type { Database } from './database.ts';
import { Manifests } from './manifests.ts';
import { openDatabase } from './open-database.ts';
import { PgliteDatabase } from './pglite-database.ts';

const log = createLogger('silent');
const PROGRAM = fileURLToPath(new URL('../../test/builders/store-forever.ts', import.meta.url));
const KILLS = 3;

async function emptyDatabase(): Promise<string> {
  const folder = join(temporaryDirectory(), 'data');
  await putPgliteInto(folder);
  return folder;
}

async function open(dataFolder: string): Promise<Database> {
  const database = await openDatabase({ dataFolder, migrations: true, log });
  onTestFinished(() => database.close());
  return database;
}

/** Runs until it has written so many lines, which are collected on. */
async function storeForever(
  folder: string,
  name: string,
  lines: number,
): Promise<{ child: ChildProcess; output: string[] }> {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, folder, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output: string[] = [];
  const reader = createInterface({ input: child.stdout });
  await new Promise<void>((resolve, reject) => {
    reader.on('line', (line) => {
      output.push(line);
      if (output.length >= lines) resolve();
    });
    reader.once('close', () => reject(new Error('ended too early')));
  });
  return { child, output };
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  await ended;
}

test(`killed ${KILLS} times, nothing acknowledged is lost`, { timeout: 180_000 }, async () => {
  const folder = await emptyDatabase();
  const acknowledged: string[] = [];
  for (let round = 0; round < KILLS; round++) {
    const { child, output } = await storeForever(folder, `round ${round}`, 20);
    await sleep(Math.random() * 300);
    await kill(child);
    acknowledged.push(
      ...output.slice(1).map((index) => windowsManifest(`round ${round} ${index}`, []).digest),
    );
  }
  const database = await open(folder);
  const manifests = new Manifests(database);
  for (const digest of acknowledged) expect((await manifests.find(digest))?.image).toBeDefined();
  expect(acknowledged.length).toBeGreaterThanOrEqual(KILLS * 19);
});

test('a second process is refused, and told which process it is and what to do', async () => {
  const folder = await emptyDatabase();
  const { child } = await storeForever(folder, 'holder', 1);
  const refused = openDatabase({ dataFolder: folder, migrations: true, log });
  await expect(refused).rejects.toMatchObject({
    code: 'IN_USE',
    message: expect.stringMatching(new RegExp(`in use by process ${child.pid}; stop it`)),
  });
  await kill(child);
  await open(folder);
});

test('a second time in one process is refused too; closing lets the next one in', async () => {
  const folder = await emptyDatabase();
  const database = await open(folder);
  await expect(PgliteDatabase.open(folder, log)).rejects.toMatchObject({ code: 'IN_USE' });
  await database.close();
  await database.close();
  expect(readdirSync(folder)).toEqual(['database']);
  await expect(database.query('select 1')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await open(folder);
});

test('a thread that fails under way is replaced, and what was acknowledged is there', async () => {
  const threads: Worker[] = [];
  const collect = (thread: Worker) => threads.push(thread);
  process.on('worker', collect);
  onTestFinished(() => void process.off('worker', collect));
  const database = await open(await emptyDatabase());
  const manifests = new Manifests(database);
  const manifest = windowsManifest('acknowledged', []);
  await manifests.save(manifest);

  const cut = database.transaction(async (transaction) => {
    await transaction.query(`insert into setting values ('cut', '')`);
    await threads.at(-1)!.terminate();
    await transaction.query(`insert into setting values ('never', '')`);
  });
  await expect(cut).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(await manifests.find(manifest.digest)).toMatchObject({ kind: 'windows' });
  expect(await database.query('select from setting')).toEqual([]);
  expect(threads).toHaveLength(2);
});

test('whoever was taken for gone stops at once', async () => {
  const folder = await emptyDatabase();
  const database = await PgliteDatabase.open(folder, log, { beatMs: 20 });
  onTestFinished(() => database.close());
  const held = database.tryLock('x', async (lost) => {
    writeFileSync(join(folder, 'database.pid'), '');
    await once(lost, 'abort');
    return 'done';
  });
  await expect(held).rejects.toMatchObject({ code: 'IN_USE' });
  await expect(database.query('select 1')).rejects.toMatchObject({ code: 'IN_USE' });
  await expect(database.transaction(async () => 1)).rejects.toMatchObject({ code: 'IN_USE' });
});

test('a process that was killed while it made the database leaves nothing that looks like one', {
  timeout: 180_000,
}, async () => {
  const folder = join(temporaryDirectory(), 'data');
  mkdirSync(join(folder, 'database.new', 'base'), { recursive: true });
  writeFileSync(join(folder, 'database.new', 'PG_VERSION'), 'half');
  const database = await open(folder);
  await new Manifests(database).save(windowsManifest('first', []));
  expect(readdirSync(folder).sort()).toEqual(['database', 'database.pid']);
});

describe('in this process', () => {
  const store = testStore('PGlite');

  test('a long statement keeps nobody else waiting in this process', async () => {
    const { database } = store;
    let isOver = false;
    const long = database
      .query('select count(*) as count from generate_series(1, 1000000) as a')
      .finally(() => {
        isOver = true;
      });
    let turns = 0;
    while (!isOver) {
      await sleep(1);
      turns++;
    }
    expect(await long).toEqual([{ count: 1_000_000 }]);
    expect(turns, 'the event loop went on').toBeGreaterThan(5);
  });

  test('a statement that would wait for its own transaction is a fault, not a standstill', async () => {
    const { database } = store;
    await expect(database.transaction(() => database.query('select 1'))).rejects.toMatchObject({
      code: 'FAILED',
    });
    await expect(
      database.transaction(() => database.transaction((inner) => inner.query('select 1'))),
    ).rejects.toMatchObject({ code: 'FAILED' });
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
  });
});
