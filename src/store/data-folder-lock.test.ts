// Who has a data directory: told by the process where it can be seen, by its signs of life where not.
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import { createLogger } from '../base/log.ts';
import { DataFolderLock } from './data-folder-lock.ts';

const log = createLogger('silent');

/** What a lock file would say of another holder. */
function holdAs(folder: string, changes: object): string {
  const path = join(folder, 'database.pid');
  const own = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...own, token: 'of another', ...changes }));
  return path;
}

test.each([
  ['of a process that is gone', { pid: 2 ** 22 + 1 }],
  ['of a process whose number is now that of another', { started: '1' }],
])('a stale file %s', async (_, changes) => {
  const folder = join(temporaryDirectory(), 'data');
  mkdirSync(folder);
  await DataFolderLock.take(folder, { log });
  holdAs(folder, changes);
  const lock = await DataFolderLock.take(folder, { log });
  await expect(DataFolderLock.take(folder, { log })).rejects.toMatchObject({ code: 'IN_USE' });
  lock.release();
});

test('a file that says nothing, as of a machine that stopped while it was written', async () => {
  const folder = temporaryDirectory();
  writeFileSync(join(folder, 'database.pid'), '');
  const lock = await DataFolderLock.take(folder, { log });
  lock.release();
  expect(readdirSync(folder)).toEqual([]);
});

test('a holder in another container: refused while it gives signs of life, taken over when not', async () => {
  const folder = temporaryDirectory();
  const first = await DataFolderLock.take(folder, { log, beatMs: 20 });
  const path = holdAs(folder, { system: 'another' });
  await expect.poll(() => first.lost.aborted, { timeout: 5_000 }).toBe(true);
  const beat = setInterval(() => utimesSync(path, new Date(), new Date()), 20);
  const refused = DataFolderLock.take(folder, { log, silenceMs: 2_000 });
  await expect(refused).rejects.toMatchObject({ code: 'IN_USE' });
  clearInterval(beat);
  const lock = await DataFolderLock.take(folder, { log, silenceMs: 1_000 });
  expect(lock.lost.aborted).toBe(false);
  lock.release();
});

test('several that find a stale file at once: one gets it', async () => {
  const folder = temporaryDirectory();
  await DataFolderLock.take(folder, { log });
  holdAs(folder, { started: '1' });
  const taken = await Promise.allSettled(
    Array.from({ length: 8 }, () => DataFolderLock.take(folder, { log })),
  );
  const [winner, ...others] = taken.flatMap((result) =>
    result.status === 'fulfilled' ? [result.value] : [],
  );
  expect(others).toEqual([]);
  winner?.release();
});
