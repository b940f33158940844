// Lays differencing hives over the base hive, as Windows does when a container starts.
import { foldName } from '../../formats/regf/registry-name.ts';
import type { RegistryData, RegistryKey, RegistryValue } from '../../model/registry.ts';

/** A key after merging. `layer` is the index of the layer that last changed it or its values. */
export interface MergedKey {
  readonly name: string;
  readonly layer: number;
  /** By folded name. */
  readonly values: ReadonlyMap<string, MergedValue>;
  readonly keys: ReadonlyMap<string, MergedKey>;
}

export interface MergedValue {
  readonly name: string;
  readonly type: number;
  readonly data: RegistryData;
  /** Index of the layer that set it. */
  readonly layer: number;
}

/** A hive on its own, with nothing below it: the base, or a subtree that a delta brings anew. */
export function standalone(key: RegistryKey, layer: number): MergedKey {
  const keys = new Map<string, MergedKey>();
  for (const child of key.keys ?? []) {
    if (child.semantics !== 'tombstone') keys.set(foldName(child.name), standalone(child, layer));
  }
  return { name: key.name, layer, values: overlay(new Map(), key.values, layer), keys };
}

/**
 * The state after one more layer. `lower` is left as it is; untouched parts are shared.
 * The root of a delta is always merged: its own semantics and name mean nothing.
 */
export function mergeLayer(lower: MergedKey, root: RegistryKey, layer: number): MergedKey {
  return mergeKey(lower, { ...root, semantics: 'merge' }, layer);
}

function mergeChild(lower: MergedKey | undefined, upper: RegistryKey, layer: number): MergedKey | undefined {
  if (upper.semantics === 'tombstone') return undefined;
  if (!lower || upper.semantics === 'supersede-tree') return standalone(upper, layer);
  return mergeKey(lower, upper, layer);
}

function mergeKey(lower: MergedKey, upper: RegistryKey, layer: number): MergedKey {
  const keys = new Map(lower.keys);
  for (const child of upper.keys ?? []) {
    const folded = foldName(child.name);
    const merged = mergeChild(keys.get(folded), child, layer);
    if (merged) keys.set(folded, merged);
    else keys.delete(folded);
  }
  const inherited = upper.semantics === 'supersede-local' ? new Map() : new Map(lower.values);
  const touched = upper.semantics === 'supersede-local' || (upper.values?.length ?? 0) > 0;
  return {
    name: lower.name,
    layer: touched ? layer : lower.layer,
    values: overlay(inherited, upper.values, layer),
    keys,
  };
}

/** Changes and returns `values`. */
function overlay(
  values: Map<string, MergedValue>,
  upper: readonly RegistryValue[] | undefined,
  layer: number,
): Map<string, MergedValue> {
  for (const { name, type, data, tombstone } of upper ?? []) {
    if (tombstone || data === undefined) values.delete(foldName(name));
    else values.set(foldName(name), { name, type, data, layer });
  }
  return values;
}
