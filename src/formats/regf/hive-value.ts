// A value of a registry key; its data are read when asked for.
import { BASE_BLOCK_BYTES } from './base-block.ts';
import { type HiveCells, NO_CELL } from './hive-cells.ts';
import { HiveError } from './hive-error.ts';

const HEADER_BYTES = 20;
const LATIN1_NAME = 0x1;
const TOMBSTONE = 0x2;
const INLINE = 0x80000000;

/** Longer data are cut into segments of this size, in hives of version 1.4 and later. */
const SEGMENT_BYTES = 16344;

export class HiveValue {
  /** Empty for the default value. */
  readonly name: string;
  readonly type: number;
  /** In a layered hive: removes the value of this name below. */
  readonly tombstone: boolean;
  readonly #cells: HiveCells;
  readonly #record: Buffer;
  readonly #offset: number;

  /** `key`: offset of the key it belongs to. `layered`: whether the hive knows tombstones at all. */
  constructor(cells: HiveCells, offset: number, key: number, layered: boolean) {
    const record = cells.record(offset, key, 'vk', HEADER_BYTES);
    const flags = record.readUInt16LE(16);
    const nameEnd = HEADER_BYTES + record.readUInt16LE(2);
    this.name = record.toString(flags & LATIN1_NAME ? 'latin1' : 'utf16le', HEADER_BYTES, nameEnd);
    this.type = record.readUInt32LE(12);
    this.tombstone = layered && (flags & TOMBSTONE) !== 0;
    this.#cells = cells;
    this.#record = record;
    this.#offset = offset;
  }

  /** A view, not a copy, except of segmented data. @throws HiveError */
  get data(): Buffer {
    const record = this.#record;
    const size = record.readUInt32LE(4);
    if (size >= INLINE) {
      const length = size - INLINE;
      if (length > 4) throw this.#corrupt(`claims ${length} bytes of data in a field of 4`);
      return record.subarray(8, 8 + length);
    }
    const offset = record.readUInt32LE(8);
    if (size === 0 || offset === NO_CELL) {
      if (size > 0 && !this.tombstone) throw this.#corrupt(`has ${size} bytes of data nowhere`);
      return Buffer.alloc(0);
    }
    const cell = this.#cells.cell(offset, this.#offset);
    if (size <= cell.length) return cell.subarray(0, size);
    if (cell.toString('latin1', 0, 2) === 'db') return this.#segmented(cell, size);
    throw this.#corrupt(`has ${size} bytes of data in a cell of ${cell.length}`);
  }

  #segmented(cell: Buffer, size: number): Buffer {
    const count = cell.readUInt16LE(2);
    if (cell.length < 8 || count !== Math.ceil(size / SEGMENT_BYTES)) {
      throw this.#corrupt(`has ${size} bytes of data in ${count} segments`);
    }
    const list = this.#cells.cell(cell.readUInt32LE(4), this.#offset);
    if (list.length < count * 4) throw this.#corrupt('has a list of segments that is too short');
    const offsets = new Set<number>();
    for (let index = 0; index < count; index++) offsets.add(list.readUInt32LE(index * 4));
    if (offsets.size < count) throw this.#corrupt('has a segment of data twice');
    let missing = size;
    const segments = Array.from(offsets, (offset) => {
      const segment = this.#cells.cell(offset, this.#offset);
      const wanted = Math.min(SEGMENT_BYTES, missing);
      if (segment.length < wanted) throw this.#corrupt('has a segment of data that is too short');
      missing -= wanted;
      return segment.subarray(0, wanted);
    });
    return Buffer.concat(segments, size);
  }

  #corrupt(what: string): HiveError {
    return new HiveError('CORRUPT', `the value "${this.name}" ${what}`, BASE_BLOCK_BYTES + this.#offset);
  }
}
