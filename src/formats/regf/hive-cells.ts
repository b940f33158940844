// Bounded access to the cells of a hive: every offset is checked before it is followed.
import { BASE_BLOCK_BYTES } from './base-block.ts';
import { HiveError } from './hive-error.ts';

/** The offset that means "none". */
export const NO_CELL = 0xffffffff;

export class HiveCells {
  readonly bytes: Buffer;
  /** The record that refers to each cell met so far. */
  readonly #owners = new Map<number, number>();
  #ownedBytes = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /**
   * Content of the cell at a relative offset, without its size field; a view, not a copy. `owner` is the offset
   * of the record that refers to it. A hive is a tree: a cell with two owners, or more cells than the file has
   * room for, are damage or an attempt to keep the reader busy without end.
   */
  cell(offset: number, owner: number): Buffer {
    const at = BASE_BLOCK_BYTES + offset;
    if (at + 4 > this.bytes.length)
      throw new HiveError('TRUNCATED', 'a cell lies beyond the end of the file', at);
    const size = this.bytes.readInt32LE(at);
    // A cell in use has a negative size; what points to a free one points to nothing.
    if (size >= 0) throw new HiveError('CORRUPT', 'a cell that is referred to is marked free', at);
    if (at - size > this.bytes.length)
      throw new HiveError('TRUNCATED', 'a cell reaches beyond the end of the file', at);
    if (size > -8) throw new HiveError('CORRUPT', `a cell has ${-size} bytes, too few for any record`, at);
    this.#own(offset, owner, -size);
    return this.bytes.subarray(at + 4, at - size);
  }

  /** A cell that begins with `signature` and has at least `minBytes`. */
  record(offset: number, owner: number, signature: string, minBytes: number): Buffer {
    const record = this.cell(offset, owner);
    if (record.toString('latin1', 0, 2) !== signature) {
      throw new HiveError('CORRUPT', `expected a "${signature}" record`, BASE_BLOCK_BYTES + offset);
    }
    if (record.length < minBytes) {
      throw new HiveError('CORRUPT', `a "${signature}" record is too short`, BASE_BLOCK_BYTES + offset);
    }
    return record;
  }

  #own(offset: number, owner: number, size: number): void {
    const known = this.#owners.get(offset);
    if (known === owner) return;
    const at = BASE_BLOCK_BYTES + offset;
    if (known !== undefined) throw new HiveError('CYCLE', 'a cell belongs to two records', at);
    this.#owners.set(offset, owner);
    this.#ownedBytes += size;
    if (this.#ownedBytes > this.bytes.length) throw new HiveError('CORRUPT', 'cells overlap', at);
  }
}
