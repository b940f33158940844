// One process at a time in a data directory: PGlite itself lets two in, and loses rows of both.
import {
  closeSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../base/log.ts';
import { StoreError } from './store-error.ts';

/** Who holds the directory. */
interface Holder {
  readonly pid: number;
  /** When it was started, in ticks since the machine was: numbers of processes come again. `''` where unknown. */
  readonly started: string;
  /** Machine, its last start, and namespace of process numbers: elsewhere the number means another process. */
  readonly system: string;
  /** Told apart from what the same process held before. */
  readonly token: string;
}

/** Beside the database, not in it: PostgreSQL's own files are none of our business. */
const FILE = 'database.pid';

/** A process between creating the file and writing its line, which takes microseconds. */
const HALF_WRITTEN_MS = 500;

/** After taking over a stale file: whoever did the same at the same moment has written by then, and the last one has it. */
const SETTLING_MS = 200;

/**
 * How often the holder shows that it is alive, for those who cannot see it: in another container on the same volume, as
 * while Kubernetes replaces a pod, or on another machine.
 */
const BEAT_MS = 5_000;

/** Silence after which such a holder is gone: six beats, since a machine may be busy. */
const SILENCE_MS = 30_000;

/** How often the beats are looked for. */
const LOOK_MS = 500;

export interface DataFolderLockOptions {
  readonly log: Logger;
  /** For tests; default `SILENCE_MS`. */
  readonly silenceMs?: number;
  /** For tests; default `BEAT_MS`. */
  readonly beatMs?: number;
}

export class DataFolderLock {
  readonly #dataFolder: string;
  readonly #path: string;
  readonly #own: Holder;
  readonly #lost = new AbortController();
  readonly #beat: NodeJS.Timeout;

  private constructor(dataFolder: string, path: string, own: Holder, beatMs: number) {
    this.#dataFolder = dataFolder;
    this.#path = path;
    this.#own = own;
    this.#beat = setInterval(() => this.#showLife(), beatMs).unref();
  }

  /**
   * Throws StoreError IN_USE while another process is alive that has the directory, or this one has it already. Whether a
   * process in another container or on another machine is alive takes half a minute to tell.
   */
  static async take(
    dataFolder: string,
    { log, silenceMs = SILENCE_MS, beatMs = BEAT_MS }: DataFolderLockOptions,
  ): Promise<DataFolderLock> {
    const path = join(dataFolder, FILE);
    const own = ownIdentity();
    if (!create(path, own)) {
      const holder = await readWhole(path);
      if (holder && holder.system === own.system && isAlive(holder)) throw inUse(dataFolder, holder);
      if (holder && holder.system !== own.system) {
        const seconds = silenceMs / 1000;
        log.warn(
          `${dataFolder} was opened in another container or machine; looking for ${seconds} s whether it is in use`,
        );
        if (await isBeating(path, silenceMs)) throw inUse(dataFolder, holder);
      }
      await takeOver(path, own);
      const winner = read(path);
      if (winner?.token !== own.token) throw inUse(dataFolder, winner ?? own);
    }
    return new DataFolderLock(dataFolder, path, own, beatMs);
  }

  /** Aborted, with StoreError IN_USE, when the file is no longer ours: we were taken for gone. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  release(): void {
    clearInterval(this.#beat);
    if (read(this.#path)?.token === this.#own.token) rmSync(this.#path, { force: true });
  }

  #showLife(): void {
    const holder = read(this.#path);
    if (holder?.token === this.#own.token) {
      const now = new Date();
      utimesSync(this.#path, now, now);
      return;
    }
    clearInterval(this.#beat);
    this.#lost.abort(inUse(this.#dataFolder, holder ?? this.#own));
  }
}

/** Whether the file was made; `false` when there is one. */
function create(path: string, own: Holder): boolean {
  try {
    const file = openSync(path, 'wx', 0o600);
    writeFileSync(file, JSON.stringify(own));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    const { message } = error as Error;
    throw new StoreError('FAILED', `${message}; make the data directory writable`, { cause: error });
  }
}

async function takeOver(path: string, own: Holder): Promise<void> {
  const temporary = `${path}.${own.token}`;
  writeFileSync(temporary, JSON.stringify(own), { mode: 0o600 });
  renameSync(temporary, path);
  await sleep(SETTLING_MS);
}

/** Whether the file is touched or replaced within the time, by whatever clock its machine has. */
async function isBeating(path: string, silenceMs: number): Promise<boolean> {
  const look = (): string => {
    const { mtimeMs, ino } = statSync(path, { throwIfNoEntry: false }) ?? {};
    return `${mtimeMs} ${ino}`;
  };
  const before = look();
  for (const end = performance.now() + silenceMs; performance.now() < end; ) {
    await sleep(LOOK_MS);
    if (look() !== before) return read(path) !== undefined;
  }
  return false;
}

/** `undefined`: there is no file, or it says nothing, being half written or damaged. */
function read(path: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder>;
    return Number.isInteger(holder.pid) ? (holder as Holder) : undefined;
  } catch {
    return undefined;
  }
}

async function readWhole(path: string): Promise<Holder | undefined> {
  const holder = read(path);
  if (holder) return holder;
  await sleep(HALF_WRITTEN_MS);
  return read(path);
}

function ownIdentity(): Holder {
  const token = crypto.randomUUID();
  return { pid: process.pid, started: startOf(process.pid) ?? '', system: systemName(), token };
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it is there, and another user's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return holder.started === '' || startOf(holder.pid) === holder.started;
}

/** Field 22 of /proc/<pid>/stat; the name in field 2 may hold spaces and parentheses. See proc(5). */
function startOf(pid: number): string | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return line.slice(line.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function systemName(): string {
  try {
    const start = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return `${start} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

function inUse(dataFolder: string, holder: Holder): StoreError {
  const message = `${dataFolder} is in use by process ${holder.pid}; stop it, give this one a data directory of its own, or set a connection string to run several on PostgreSQL`;
  return new StoreError('IN_USE', message);
}
