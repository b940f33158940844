// A registry hive: the file format that Windows calls regf.
import { readBaseBlock } from './base-block.ts';
import { HiveCells } from './hive-cells.ts';
import { HiveKey } from './hive-key.ts';
import { recoverHive } from './recover-hive.ts';

export interface Hive {
  readonly root: HiveKey;
  /** The hive changes another one below it; keys have semantics and values can be tombstones. */
  readonly layered: boolean;
  /**
   * `dirty`: it was not closed properly and no log repairs it; it is read as it is. `recovered`: the logs
   * were replayed.
   */
  readonly state: 'clean' | 'recovered' | 'dirty';
  readonly version: { readonly major: number; readonly minor: number };
}

export interface OpenHiveOptions {
  /** Content of the transaction logs beside the hive, in any order; looked at only when it is not clean. */
  readonly logs?: readonly Buffer[];
}

/**
 * Opens a hive held in memory; keys and values are read as they are looked at, and any of those reads can
 * throw as well. A wrong size in the header does no harm, the file decides.
 * @throws HiveError NOT_A_HIVE, TRUNCATED, CORRUPT, naming the offset.
 */
export function openHive(bytes: Buffer, options: OpenHiveOptions = {}): Hive {
  const header = readBaseBlock(bytes);
  const isClean = header.checksumValid && header.primarySequence === header.secondarySequence;
  const recovered = isClean ? undefined : recoverHive(bytes, options.logs ?? []);
  const { rootOffset, layered, version } = recovered ? readBaseBlock(recovered) : header;
  return {
    root: new HiveKey(new HiveCells(recovered ?? bytes), rootOffset, ROOT_PARENT, 0, layered),
    layered,
    state: isClean ? 'clean' : recovered ? 'recovered' : 'dirty',
    version,
  };
}

/** No key has this offset, so reaching the root again is noticed as a cycle. */
const ROOT_PARENT = -1;
