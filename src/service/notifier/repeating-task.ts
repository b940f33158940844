// Work that is done again and again in the background: one run at a time, sooner when there is a reason, and stopped cleanly.

export class RepeatingTask {
  readonly #work: (signal: AbortSignal) => Promise<number>;
  readonly #stopped = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #wanted = false;

  /** `work` gives the milliseconds until its next run, and must not throw. */
  constructor(work: (signal: AbortSignal) => Promise<number>) {
    this.#work = work;
  }

  /** Runs now; when it is running, once more right after. */
  wake(): void {
    if (this.#stopped.signal.aborted) return;
    this.#wanted = true;
    if (this.#running) return;
    clearTimeout(this.#timer);
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when nothing of it runs any more. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    let pauseMs = 0;
    while (this.#wanted && !this.#stopped.signal.aborted) {
      this.#wanted = false;
      pauseMs = await this.#work(this.#stopped.signal);
    }
    if (this.#stopped.signal.aborted) return;
    // Waits for the process to have other reasons to live: a timer alone must not hold it.
    this.#timer = setTimeout(() => this.wake(), pauseMs).unref();
  }
}
