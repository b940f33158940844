// Takes away, once a day, what nothing in the store refers to any more.
import type { Logger } from '../base/log.ts';
import { collectGarbage } from '../store/collect-garbage.ts';
import type { Database } from '../store/database.ts';

/** A service that is restarted all day comes to it too, and one that has just started has other things to do. */
const FIRST_MS = 60 * 60 * 1000;
const PERIOD_MS = 24 * 60 * 60 * 1000;

export interface HousekeepingOptions {
  readonly database: Database;
  /** Of the facts that the indexer reads and writes. */
  readonly readerVersion: string;
  readonly log: Logger;
  /** Before the first time, in milliseconds. */
  readonly firstMs?: number;
}

export class Housekeeping {
  readonly #options: HousekeepingOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
  }

  start(): void {
    this.#wait(this.#options.firstMs ?? FIRST_MS);
  }

  /** Waits for what is under way. */
  async stop(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #wait(ms: number): void {
    if (this.#isOver) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#collect().finally(() => this.#wait(PERIOD_MS));
    }, ms);
    this.#timer.unref();
  }

  async #collect(): Promise<void> {
    const { database, readerVersion, log } = this.#options;
    try {
      const collected = await collectGarbage(database, readerVersion);
      if (collected) log.info({ ...collected }, 'removed what nothing refers to');
    } catch (error) {
      log.warn({ err: error }, 'what nothing refers to could not be removed; it is tried again tomorrow');
    }
  }
}
