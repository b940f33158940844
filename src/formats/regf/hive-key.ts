// A key of a hive, read as far as it is looked at.
import type { LayerSemantics } from '../../model/registry.ts';
import { BASE_BLOCK_BYTES } from './base-block.ts';
import { type HiveCells, NO_CELL } from './hive-cells.ts';
import { HiveError } from './hive-error.ts';
import { HiveValue } from './hive-value.ts';
import { foldName } from './registry-name.ts';
import { readSubkeyOffsets } from './subkey-list.ts';

const HEADER_BYTES = 76;
/** Windows does not nest keys deeper. */
const MAX_DEPTH = 512;
const LATIN1_NAME = 0x20;
/** The value count of such a key is a handle, not a count. */
const PREDEFINED_HANDLE = 0x40;

/** By the lowest two bits of the layered-key byte. */
const SEMANTICS: readonly LayerSemantics[] = ['merge', 'tombstone', 'supersede-local', 'supersede-tree'];

export class HiveKey {
  readonly name: string;
  /** Always `merge` in a hive that is not layered: the byte means something else there. */
  readonly semantics: LayerSemantics;
  /** FILETIME: 100 ns since 1601. */
  readonly lastWritten: bigint;
  readonly #cells: HiveCells;
  readonly #record: Buffer;
  readonly #offset: number;
  readonly #depth: number;
  readonly #layered: boolean;

  /** @throws HiveError when there is no key at `offset`, or one that is another key's already. */
  constructor(cells: HiveCells, offset: number, parent: number, depth: number, layered: boolean) {
    if (depth > MAX_DEPTH) {
      const at = BASE_BLOCK_BYTES + offset;
      throw new HiveError('TOO_DEEP', `keys are nested deeper than ${MAX_DEPTH}`, at);
    }
    const record = cells.record(offset, parent, 'nk', HEADER_BYTES);
    // A name longer than its cell is cut, as Windows does; a key is too important to be lost over its name.
    const nameEnd = HEADER_BYTES + record.readUInt16LE(72);
    const encoding = record.readUInt16LE(2) & LATIN1_NAME ? 'latin1' : 'utf16le';
    this.name = record.toString(encoding, HEADER_BYTES, Math.min(nameEnd, record.length));
    this.semantics = layered ? SEMANTICS[record.readUInt8(13) & 3]! : 'merge';
    this.lastWritten = record.readBigUInt64LE(4);
    this.#cells = cells;
    this.#record = record;
    this.#offset = offset;
    this.#depth = depth;
    this.#layered = layered;
  }

  /** In the order of the hive. Volatile keys are not part of a file. @throws HiveError */
  *subkeys(): Generator<HiveKey> {
    const list = this.#record.readUInt32LE(28);
    if (this.#record.readUInt32LE(20) === 0 || list === NO_CELL) return;
    for (const offset of readSubkeyOffsets(this.#cells, list, this.#offset)) {
      yield new HiveKey(this.#cells, offset, this.#offset, this.#depth + 1, this.#layered);
    }
  }

  /** Looks at every subkey: the order of real lists cannot be relied on. @throws HiveError */
  subkey(name: string): HiveKey | undefined {
    const folded = foldName(name);
    for (const key of this.subkeys()) if (foldName(key.name) === folded) return key;
    return undefined;
  }

  /** In the order of the hive, each once. @throws HiveError */
  values(): HiveValue[] {
    const record = this.#record;
    const count = record.readUInt32LE(36);
    const list = record.readUInt32LE(40);
    if (count === 0 || list === NO_CELL || record.readUInt16LE(2) & PREDEFINED_HANDLE) return [];
    const offsets = this.#cells.cell(list, this.#offset);
    if (count * 4 > offsets.length) {
      throw new HiveError(
        'CORRUPT',
        `a list of ${count} values does not fit its cell`,
        BASE_BLOCK_BYTES + list,
      );
    }
    const distinct = new Set<number>();
    for (let index = 0; index < count; index++) distinct.add(offsets.readUInt32LE(index * 4));
    return Array.from(distinct, (offset) => new HiveValue(this.#cells, offset, this.#offset, this.#layered));
  }
}
