// Reads the facts of one PE file from its bytes as they stream by.
import type { ByteRequest } from './byte-request.ts';
import type { PeFacts } from './pe-facts.ts';
import { readPe } from './read-pe.ts';

/**
 * Takes the bytes of a file in order, in chunks of any size, and keeps only what it needs: headers (at most 64 KiB),
 * resource tables (at most 16 MiB, usually 1 KiB) and the version resource (at most 64 KiB). All else is skipped at
 * the cost of a comparison per chunk. Chunks are not held after `write` returns.
 *
 * Nothing is thrown: what is wrong with a file is in `PeFacts.damaged`.
 */
export class PeReader {
  readonly #sizeBytes: number;
  readonly #reading = readPe();
  #wanted: ByteRequest | undefined;
  #facts: PeFacts | undefined;
  /** Bytes of the file seen so far. */
  #position = 0;
  /** Copies of the bytes from `#wanted.keepFrom` to `#position`. */
  #kept: Buffer[] = [];

  /** `sizeBytes`, where known, only lets a truncated file be `done` earlier. */
  constructor(sizeBytes = Number.POSITIVE_INFINITY) {
    this.#sizeBytes = sizeBytes;
    this.#resume(undefined);
  }

  /** Whether all is known already, so that the rest of the file need not be written. */
  get done(): boolean {
    return this.#wanted === undefined;
  }

  write(chunk: Buffer): void {
    const start = this.#position;
    this.#position += chunk.length;
    const wanted = this.#wanted;
    if (wanted === undefined || this.#position <= wanted.keepFrom) return;

    const useful = start < wanted.keepFrom ? chunk.subarray(wanted.keepFrom - start) : chunk;
    if (this.#position < wanted.endOffset) this.#kept.push(Buffer.from(useful));
    else if (this.#kept.length === 0) this.#answerFrom(useful);
    else this.#answerFrom(Buffer.concat([...this.#kept, useful]));
  }

  /** To be called after the last byte, or when `done`. `undefined` when the file is not a PE file. */
  end(): PeFacts | undefined {
    while (this.#wanted !== undefined) this.#resume(undefined);
    this.#kept = [];
    return this.#facts;
  }

  /** Answers all requests that `bytes`, the last before `#position`, can answer, and keeps what the next one needs. */
  #answerFrom(bytes: Buffer): void {
    const start = this.#position - bytes.length;
    while (this.#wanted !== undefined && this.#wanted.endOffset <= this.#position) {
      const { offset, endOffset } = this.#wanted;
      this.#resume(bytes.subarray(offset - start, endOffset - start));
    }
    const keepFrom = this.#wanted?.keepFrom ?? this.#position;
    this.#kept = keepFrom < this.#position ? [Buffer.from(bytes.subarray(keepFrom - start))] : [];
  }

  /** Runs the parser to its next request that the file, by its stated size, can answer, or to its result. */
  #resume(answer: Buffer | undefined): void {
    let step = this.#reading.next(answer);
    while (!step.done && step.value.endOffset > this.#sizeBytes) step = this.#reading.next(undefined);
    if (step.done) {
      this.#wanted = undefined;
      this.#facts = step.value;
    } else {
      this.#wanted = step.value;
    }
  }
}
