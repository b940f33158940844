// Collects one file of a layer whole.
import type { TarSink } from '../../formats/tar/tar-entry.ts';

/** The tar parser guarantees that exactly `sizeBytes` arrive before `end`. */
export class WholeFile implements TarSink {
  readonly #bytes: Buffer;
  readonly #done: (bytes: Buffer) => void;
  #filled = 0;

  constructor(sizeBytes: number, done: (bytes: Buffer) => void) {
    this.#bytes = Buffer.allocUnsafe(sizeBytes);
    this.#done = done;
  }

  write(chunk: Buffer): void {
    this.#filled += chunk.copy(this.#bytes, this.#filled);
  }

  end(): void {
    this.#done(this.#bytes);
  }
}
