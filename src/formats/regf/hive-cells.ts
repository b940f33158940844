// Bounded access to the cells of a hive: every offset is checked before it is followed.
import { BASE_BLOCK_BYTES } from './base-block.ts';
import { HiveError } from './hive-error.ts';

/** The offset that means "none". */
export const NO_CELL = 0xffffffff;

/** Windows does not nest keys deeper. */
const MAX_DEPTH = 512;

export class HiveCells {
  readonly bytes: Buffer;
  /** Parent of every key met so far: a tree gives each key one, so a second one is a cycle or a fake. */
  readonly #parents = new Map<number, number>();

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Content of the cell at a relative offset, without its size field; a view, not a copy. */
  cell(offset: number): Buffer {
    const at = BASE_BLOCK_BYTES + offset;
    if (at + 4 > this.bytes.length)
      throw new HiveError('TRUNCATED', 'a cell lies beyond the end of the file', at);
    const size = this.bytes.readInt32LE(at);
    // A cell in use has a negative size; what points to a free one points to nothing.
    if (size >= 0) throw new HiveError('CORRUPT', 'a cell that is referred to is marked free', at);
    if (at - size > this.bytes.length)
      throw new HiveError('TRUNCATED', 'a cell reaches beyond the end of the file', at);
    if (size > -8) throw new HiveError('CORRUPT', `a cell has ${-size} bytes, too few for any record`, at);
    return this.bytes.subarray(at + 4, at - size);
  }

  /** A cell that begins with `signature` and has at least `minBytes`. */
  record(offset: number, signature: string, minBytes: number): Buffer {
    const record = this.cell(offset);
    if (record.toString('latin1', 0, 2) !== signature) {
      throw new HiveError('CORRUPT', `expected a "${signature}" record`, BASE_BLOCK_BYTES + offset);
    }
    if (record.length < minBytes) {
      throw new HiveError('CORRUPT', `a "${signature}" record is too short`, BASE_BLOCK_BYTES + offset);
    }
    return record;
  }

  /** Notes that a key was reached from another one. */
  enter(key: number, parent: number, depth: number): void {
    const at = BASE_BLOCK_BYTES + key;
    if (depth > MAX_DEPTH) throw new HiveError('TOO_DEEP', `keys are nested deeper than ${MAX_DEPTH}`, at);
    const known = this.#parents.get(key);
    if (known === undefined) this.#parents.set(key, parent);
    else if (known !== parent) throw new HiveError('CYCLE', 'a key is the subkey of two keys', at);
  }
}
