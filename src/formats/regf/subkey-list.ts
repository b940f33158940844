// The lists that lead from a key to its subkeys: li, lf, lh, and ri, a list of lists.
import { BASE_BLOCK_BYTES } from './base-block.ts';
import type { HiveCells } from './hive-cells.ts';
import { HiveError } from './hive-error.ts';

/** Bytes of one element; lf and lh carry a hint or hash beside the offset, of no use to a linear reader. */
const STRIDE: Readonly<Record<string, number>> = { li: 4, lf: 8, lh: 8 };

/** Relative offsets of all subkeys of the key at `key`, in the order of the list, each once. */
export function readSubkeyOffsets(cells: HiveCells, list: number, key: number): Set<number> {
  const offsets = new Set<number>();
  const { signature, elements } = readList(cells, list, key);
  if (signature !== 'ri') return addAll(offsets, elements);
  for (const leaf of new Set(elements)) {
    const inner = readList(cells, leaf, key);
    if (inner.signature === 'ri') {
      throw new HiveError('CORRUPT', 'a list of lists holds another one', BASE_BLOCK_BYTES + leaf);
    }
    addAll(offsets, inner.elements);
  }
  return offsets;
}

function readList(cells: HiveCells, offset: number, key: number): { signature: string; elements: number[] } {
  const cell = cells.cell(offset, key);
  const signature = cell.toString('latin1', 0, 2);
  const stride = signature === 'ri' ? 4 : STRIDE[signature];
  const at = BASE_BLOCK_BYTES + offset;
  if (stride === undefined) throw new HiveError('CORRUPT', 'expected a list of subkeys', at);
  const count = cell.readUInt16LE(2);
  if (4 + count * stride > cell.length) {
    throw new HiveError('CORRUPT', `a list of ${count} subkeys does not fit its cell`, at);
  }
  const elements = new Array<number>(count);
  for (let index = 0; index < count; index++) elements[index] = cell.readUInt32LE(4 + index * stride);
  return { signature, elements };
}

function addAll(offsets: Set<number>, more: readonly number[]): Set<number> {
  for (const offset of more) offsets.add(offset);
  return offsets;
}
