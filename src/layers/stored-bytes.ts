// The bytes of a layer as they are stored, hashed on the way, and told apart from those of another layer.
import { createHash, type Hash } from 'node:crypto';
import type { Digest } from '../base/digest.ts';
import { LayerError } from './layer-error.ts';
import type { LayerSource } from './read-layer.ts';

export class StoredBytes {
  readonly #source: LayerSource;
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #hash: CountedHash;

  constructor(source: LayerSource) {
    this.#source = source;
    this.#iterator = source.open()[Symbol.asyncIterator]();
    this.#hash = new CountedHash(source.digest?.startsWith('sha512:') ? 'sha512' : 'sha256');
  }

  get bytes(): number {
    return this.#hash.bytes;
  }

  /** Of all bytes. */
  get digest(): Digest {
    return this.#hash.digest();
  }

  /** Whoever stops in between leaves the rest to `verifyRest`. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    for (let next = await this.#iterator.next(); !next.done; next = await this.#iterator.next()) {
      this.#hash.update(next.value);
      this.#source.onBytes?.(next.value.length);
      yield next.value;
    }
  }

  /** Throws LayerError `DIGEST_MISMATCH` when what was read is another layer than the one that is named. */
  verify(): void {
    if (this.#source.digest === undefined) return;
    if (this.digest === this.#source.digest) return;
    throw new LayerError(
      'DIGEST_MISMATCH',
      `its bytes have the digest ${this.digest}: damaged, or another layer`,
    );
  }

  /** Reads to the end, then `verify`. Throws what the source throws as well. */
  async verifyRest(): Promise<void> {
    if (this.#source.digest === undefined) return;
    for await (const _ of this.chunks()) {
      // Hashed on the way.
    }
    this.verify();
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}

export class CountedHash {
  readonly #algorithm: 'sha256' | 'sha512';
  readonly #hash: Hash;
  #digest: Digest | undefined;
  bytes = 0;

  constructor(algorithm: 'sha256' | 'sha512') {
    this.#algorithm = algorithm;
    this.#hash = createHash(algorithm);
  }

  update(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    this.#hash.update(chunk);
  }

  /** Nothing can be added afterwards. */
  digest(): Digest {
    this.#digest ??= `${this.#algorithm}:${this.#hash.digest('hex')}`;
    return this.#digest;
  }
}
