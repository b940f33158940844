// What files may hold of a worker's memory. The heap has a limit of its own; buffers lie outside of it.

/** What no file is read for, decompressors for example, is seen this often. */
const CHECK_EVERY_MS = 100;

/** Looking costs some ten microseconds, and most files are small; what comes between two looks is small, too. */
const LOOK_AFTER_BYTES = 8 * 1024 * 1024;

export class BufferLimit {
  readonly #maxBytes: number;
  readonly #onOver: () => void;
  #unseen = 0;

  constructor(maxBytes: number, onOver: () => void) {
    this.#maxBytes = maxBytes;
    this.#onOver = onOver;
    setInterval(() => this.#look(), CHECK_EVERY_MS).unref();
  }

  /** Room was made for a file of so many bytes; a fast layer is through before a timer has had its turn. */
  onFile(bytes: number): void {
    this.#unseen += bytes;
    if (this.#unseen >= LOOK_AFTER_BYTES) this.#look();
  }

  #look(): void {
    this.#unseen = 0;
    if (process.memoryUsage().arrayBuffers <= this.#maxBytes) return;
    // Buffers that nobody holds any more count until they are collected.
    globalThis.gc?.();
    if (process.memoryUsage().arrayBuffers > this.#maxBytes) this.#onOver();
  }
}
