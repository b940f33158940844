// Turns a merged registry value into evidence that names layer, hive, key and value.
import type { Digest } from '../base/digest.ts';
import type { Evidence } from '../model/inventory.ts';
import type { HiveName } from '../model/layer-facts.ts';
import { findKey, findValue } from './registry/lookup.ts';
import type { MergedKey } from './registry/merge.ts';

/** Names the layers that merged values point to, bottom first. */
export interface LayerNames {
  digest(layer: number): Digest;
  /** Path of the hive inside the layer, as spelled there. */
  hivePath(layer: number, hive: HiveName): string | undefined;
}

/** Evidence of one value, or `undefined` when there is no such value. */
export function registryEvidence(
  root: MergedKey | undefined,
  hive: HiveName,
  key: string,
  name: string,
  layers: LayerNames,
): Evidence | undefined {
  const value = findValue(findKey(root, key), name);
  if (!value) return undefined;
  const path = layers.hivePath(value.layer, hive);
  return {
    kind: 'registry',
    layer: layers.digest(value.layer),
    ...(path === undefined ? {} : { path }),
    key: `${hive}\\${key}`,
    value: value.name,
    data: Array.isArray(value.data) ? value.data.join(', ') : String(value.data),
  };
}
