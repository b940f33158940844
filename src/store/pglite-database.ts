// The database as PGlite in the data directory of this process.
import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Limiter } from '../base/limiter.ts';
import type { Logger } from '../base/log.ts';
import { DataFolderLock, type DataFolderLockOptions } from './data-folder-lock.ts';
import type { Database, Queryable, Row } from './database.ts';
import { PgliteThread } from './pglite-thread.ts';
import { StoreError } from './store-error.ts';

export class PgliteDatabase implements Database {
  readonly engine = 'pglite';
  readonly #folder: string;
  readonly #folderLock: DataFolderLock;
  /** PGlite has one session: a statement between those of a transaction would become a part of it. */
  readonly #session = new Limiter(1);
  readonly #inTransaction = new AsyncLocalStorage<boolean>();
  readonly #locked = new Set<string>();
  #thread: PgliteThread;
  #isClosed = false;

  private constructor(folder: string, folderLock: DataFolderLock, thread: PgliteThread) {
    this.#folder = folder;
    this.#folderLock = folderLock;
    this.#thread = thread;
    // Whoever took the directory over is writing to it: not another statement.
    folderLock.lost.addEventListener('abort', () => void this.#thread.terminate());
  }

  /** The database below `dataFolder`; made when there is none. Throws StoreError IN_USE when a process has it. */
  static async open(
    dataFolder: string,
    log: Logger,
    options: Partial<DataFolderLockOptions> = {},
  ): Promise<PgliteDatabase> {
    await mkdir(dataFolder, { recursive: true, mode: 0o700 });
    const lock = await DataFolderLock.take(dataFolder, { log, ...options });
    try {
      const folder = join(dataFolder, 'database');
      await makeDatabase(folder);
      return new PgliteDatabase(folder, lock, await PgliteThread.open(folder));
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  async query<R extends object = Row>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    if (this.#inTransaction.getStore()) {
      throw new StoreError('FAILED', 'a statement in a transaction must be run by the transaction');
    }
    return this.#session.run(async () => run<R>(await this.#liveThread(), text, values));
  }

  async transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    if (this.#inTransaction.getStore()) {
      throw new StoreError('FAILED', 'a transaction cannot be begun in a transaction');
    }
    return this.#session.run(async () => {
      // To its end on one thread: another one knows nothing of it.
      const thread = await this.#liveThread();
      await run(thread, 'begin');
      try {
        const result = await this.#inTransaction.run(true, () =>
          work({
            query: <R extends object = Row>(text: string, values?: readonly unknown[]) =>
              run<R>(thread, text, values),
          }),
        );
        await run(thread, 'commit');
        return result;
      } catch (error) {
        await run(thread, 'rollback').catch(() => undefined);
        throw error;
      }
    });
  }

  async tryLock<T>(name: string, work: (lost: AbortSignal) => Promise<T>): Promise<T | undefined> {
    // This process is the only one; and in one session every lock of PostgreSQL would be had.
    if (this.#locked.has(name)) return undefined;
    this.#locked.add(name);
    try {
      const result = await work(this.#folderLock.lost);
      this.#folderLock.lost.throwIfAborted();
      return result;
    } finally {
      this.#locked.delete(name);
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      await this.#session.run(() => this.#thread.close());
    } finally {
      this.#folderLock.release();
    }
  }

  /** A thread that failed, out of memory for instance, is replaced: what was acknowledged is on disk. */
  async #liveThread(): Promise<PgliteThread> {
    if (this.#isClosed) throw new StoreError('UNAVAILABLE', 'the database is closed');
    this.#folderLock.lost.throwIfAborted();
    if (this.#thread.hasEnded) this.#thread = await PgliteThread.open(this.#folder);
    return this.#thread;
  }
}

async function run<R extends object>(
  thread: PgliteThread,
  text: string,
  values: readonly unknown[] = [],
): Promise<R[]> {
  return (await thread.ask({ kind: 'query', text, values })) as R[];
}

/** Made under another name: a process that is killed while it makes one leaves nothing that looks like one. */
async function makeDatabase(folder: string): Promise<void> {
  const exists = await stat(folder).then(
    () => true,
    () => false,
  );
  if (exists) return;
  const unfinished = `${folder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await (await PgliteThread.open(unfinished)).close();
  await rename(unfinished, folder);
}
