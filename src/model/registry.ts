// Registry content as layer facts keep it: the parts of one hive that interest, uninterpreted.

/** What a key of a differencing hive does to the key of the same name below it. */
export type LayerSemantics = 'merge' | 'tombstone' | 'supersede-local' | 'supersede-tree';

export interface RegistryKey {
  readonly name: string;
  /** Left out for `merge`, by far the most frequent. */
  readonly semantics?: LayerSemantics;
  readonly values?: readonly RegistryValue[];
  readonly keys?: readonly RegistryKey[];
}

export interface RegistryValue {
  readonly name: string;
  /** REG_* number. */
  readonly type: number;
  /**
   * Text of REG_SZ, REG_EXPAND_SZ and REG_LINK, number of REG_DWORD, list of REG_MULTI_SZ; of all other
   * types the bytes in base64. Absent in a tombstone.
   */
  readonly data?: RegistryData;
  /** Removes the value of this name that lower layers brought. */
  readonly tombstone?: true;
}

export type RegistryData = string | number | readonly string[];
