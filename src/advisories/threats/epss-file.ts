// EPSS as a file of fixed-size records in the order of their CVEs: 300,000 are looked up in without being unpacked.
import type { ExploitPrediction } from '../../model/threats.ts';
import { CVE_KEY_BYTES, cveKey } from './cve-key.ts';

const MAGIC = Buffer.from('clearstory-epss 1\n');

/** The feed has five decimals of both values. */
const UNITS = 100_000;
const VALUE_BYTES = 3;
const RECORD_BYTES = CVE_KEY_BYTES + 2 * VALUE_BYTES;

/** Records that room is first made for: what the feed has today, so that it need not grow often. */
const FIRST_ROOM = 512 * 1024;

/** Collects rows in typed arrays: as objects they would take ten times the memory. */
export class EpssFileBuilder {
  #keys = new Float64Array(FIRST_ROOM);
  #values = new Float64Array(FIRST_ROOM);
  #rows = 0;

  /** `key` is of `cveKey`; probability and percentile are 0 to 1. */
  add(key: number, probability: number, percentile: number): void {
    if (this.#rows === this.#keys.length) {
      this.#keys = grown(this.#keys);
      this.#values = grown(this.#values);
    }
    this.#keys[this.#rows] = key;
    // Both in one number, so that the graver of two rows for one CVE is the larger.
    this.#values[this.#rows] = Math.round(probability * UNITS) * 2 ** 24 + Math.round(percentile * UNITS);
    this.#rows++;
  }

  /** Equal rows give equal bytes, in whatever order they came. Of two rows for one CVE the graver counts. */
  finish(): { readonly bytes: Buffer; readonly entries: number } {
    const keys = this.#keys;
    const values = this.#values;
    const order = Uint32Array.from({ length: this.#rows }, (_, index) => index).sort(
      (a, b) => keys[a]! - keys[b]! || values[b]! - values[a]!,
    );
    const bytes = Buffer.alloc(MAGIC.length + order.length * RECORD_BYTES);
    MAGIC.copy(bytes);
    let at = MAGIC.length;
    let previous = -1;
    for (const row of order) {
      const key = keys[row]!;
      if (key === previous) continue;
      previous = key;
      bytes.writeUIntBE(key, at, CVE_KEY_BYTES);
      bytes.writeUIntBE(values[row]!, at + CVE_KEY_BYTES, 2 * VALUE_BYTES);
      at += RECORD_BYTES;
    }
    return { bytes: bytes.subarray(0, at), entries: (at - MAGIC.length) / RECORD_BYTES };
  }
}

/** Looks one CVE up by halving, in microseconds. */
export class EpssFile {
  readonly #bytes: Buffer;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** `undefined`: the bytes are of another version. They have been checked against damage. */
  static of(bytes: Buffer): EpssFile | undefined {
    return bytes.subarray(0, MAGIC.length).equals(MAGIC)
      ? new EpssFile(bytes.subarray(MAGIC.length))
      : undefined;
  }

  find(id: string): ExploitPrediction | undefined {
    const key = cveKey(id);
    if (key === undefined) return undefined;
    let low = 0;
    let high = Math.floor(this.#bytes.length / RECORD_BYTES);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = middle * RECORD_BYTES;
      const found = this.#bytes.readUIntBE(at, CVE_KEY_BYTES);
      if (found === key) return this.#prediction(at + CVE_KEY_BYTES);
      if (found < key) low = middle + 1;
      else high = middle;
    }
    return undefined;
  }

  #prediction(at: number): ExploitPrediction {
    return {
      probability: this.#bytes.readUIntBE(at, VALUE_BYTES) / UNITS,
      percentile: this.#bytes.readUIntBE(at + VALUE_BYTES, VALUE_BYTES) / UNITS,
    };
  }
}

function grown(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}
