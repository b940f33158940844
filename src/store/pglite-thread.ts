// Talks to the thread that PGlite runs in.
import type { Worker } from 'node:worker_threads';
import { startThread } from '../base/start-thread.ts';
import type { PgliteAnswer, PgliteRequest } from './pglite-worker.ts';
import { StoreError } from './store-error.ts';
import { storeFailure } from './store-failure.ts';

type Question =
  | { readonly kind: 'query'; readonly text: string; readonly values: readonly unknown[] }
  | { readonly kind: 'close' };

interface Waiting {
  resolve(rows: readonly object[]): void;
  reject(error: StoreError): void;
}

/** `OPENED` of the thread; its module is not imported here, since importing it starts the database. */
const OPENED = 0;

export class PgliteThread {
  readonly #worker: Worker;
  readonly #where: string;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = OPENED;
  #hasEnded = false;

  private constructor(folder: string) {
    this.#where = `the database in ${folder}`;
    this.#worker = startThread('./pglite-worker', import.meta.url, { folder });
    this.#worker.on('message', (answer: PgliteAnswer) => this.#settle(answer));
    this.#worker.on('error', (error) => this.#end(`its thread failed: ${error.message}`));
    this.#worker.on('exit', () => this.#end('its thread ended'));
  }

  /** Opens the database in `folder`, or makes one. */
  static async open(folder: string): Promise<PgliteThread> {
    const thread = new PgliteThread(folder);
    try {
      await new Promise<readonly object[]>((resolve, reject) => {
        thread.#waiting.set(thread.#nextId++, { resolve, reject });
      });
      return thread;
    } catch (error) {
      await thread.#worker.terminate();
      throw error;
    }
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Throws StoreError; UNAVAILABLE when the thread ended before it answered. */
  ask(question: Question): Promise<readonly object[]> {
    return new Promise((resolve, reject) => {
      if (this.#hasEnded) {
        reject(new StoreError('UNAVAILABLE', `${this.#where} is closed`));
        return;
      }
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, ...question } satisfies PgliteRequest);
    });
  }

  async close(): Promise<void> {
    // A thread that ends first leaves what a crash would leave.
    if (!this.#hasEnded) await this.ask({ kind: 'close' }).catch(() => undefined);
    await this.terminate();
  }

  /** Without closing: as after a crash, which the next opening recovers from. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(answer: PgliteAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('rows' in answer) {
      waiting?.resolve(answer.rows.map(withBuffers));
      return;
    }
    waiting?.reject(
      storeFailure(Object.assign(new Error(answer.failure.message), answer.failure), this.#where),
    );
  }

  #end(reason: string): void {
    this.#hasEnded = true;
    for (const { reject } of this.#waiting.values()) {
      reject(new StoreError('UNAVAILABLE', `${this.#where}: ${reason}`));
    }
    this.#waiting.clear();
  }
}

/** Bytes arrive as plain Uint8Array; those of PostgreSQL are Buffers. */
function withBuffers(row: object): object {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, withBuffer(value)]));
}

function withBuffer(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return Array.isArray(value) && value[0] instanceof Uint8Array ? value.map(withBuffer) : value;
}
