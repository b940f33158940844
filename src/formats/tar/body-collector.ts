// Puts the body of an extended header together.
import type { TarSink } from './tar-entry.ts';

/** Gathers the body of an extended header; usually it comes whole and needs no copy. */
export class BodyCollector implements TarSink {
  readonly #sizeBytes: number;
  readonly #onBody: (body: Buffer) => void;
  readonly #chunks: Buffer[] = [];

  constructor(sizeBytes: number, onBody: (body: Buffer) => void) {
    this.#sizeBytes = sizeBytes;
    this.#onBody = onBody;
  }

  write(chunk: Buffer): void {
    if (chunk.length === this.#sizeBytes) this.#onBody(chunk);
    else this.#chunks.push(Buffer.from(chunk));
  }

  end(): void {
    if (this.#chunks.length > 0 || this.#sizeBytes === 0) this.#onBody(Buffer.concat(this.#chunks));
  }
}
