// The bytes of a download, which can be looked at from the start and then read on, without a second request.

/** What is looked at is held until somebody reads it; the consumer bounds it by stopping to look. */
export class ReplayedBytes {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #held: Uint8Array[] = [];
  #pull: Promise<boolean> | undefined;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** Sends the request: tokens are checked then, however much later somebody reads. A failure shows when it is read. */
  begin(): void {
    this.#next().catch(() => undefined);
  }

  /** From the start; all of it stays for `rest`. Stopping early does not end the download. */
  async *look(): AsyncGenerator<Uint8Array> {
    for (let index = 0; index < this.#held.length || (await this.#next()); index++) yield this.#held[index]!;
  }

  /** From the start, once. Stopping early ends the download. */
  async *rest(): AsyncGenerator<Uint8Array> {
    try {
      while (this.#held.length > 0 || (await this.#next())) yield this.#held.shift()!;
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  /** One more chunk to those that are held; `false` at the end. Who asks while one is coming gets the same. */
  #next(): Promise<boolean> {
    this.#pull ??= this.#iterator.next().then(({ done, value }) => {
      if (!done) this.#held.push(value);
      // A failure, or the end, is all that anybody gets from now on.
      if (!done) this.#pull = undefined;
      return !done;
    });
    return this.#pull;
  }
}
