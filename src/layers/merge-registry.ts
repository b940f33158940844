// Folds the hives of all layers, bottom to top, into the registry a container would see.
import type { Notice } from '../model/inventory.ts';
import type { HiveFacts, HiveName, LayerFacts } from '../model/layer-facts.ts';
import { type MergedKey, mergeLayer, standalone } from '../windows/registry/merge.ts';

export interface MergedHive {
  /** `undefined` when no layer has a base hive with content. */
  readonly root: MergedKey | undefined;
  readonly notices: readonly Notice[];
}

export function mergeHives(name: HiveName, layers: readonly LayerFacts[]): MergedHive {
  const notices: Notice[] = [];
  let root: MergedKey | undefined;
  for (const [index, facts] of layers.entries()) {
    const base = hiveOf(facts, name, 'base');
    const delta = hiveOf(facts, name, 'delta');
    // Windows ignores a hive file above the base as long as deltas are there; an image made without Windows has none.
    if (base?.root && (root === undefined || delta === undefined)) {
      if (root !== undefined) notices.push(replaced(base, index, layers.length));
      root = standalone(base.root, index);
    }
    if (delta?.root) {
      if (root === undefined) notices.push(withoutBase(delta, index, layers.length));
      else root = mergeLayer(root, delta.root, index);
    }
    for (const hive of [base, delta]) {
      if (hive?.state === 'dirty') notices.push(dirty(hive, index, layers.length));
      if (hive?.state === 'damaged') notices.push(damaged(hive, index, layers.length));
    }
  }
  return { root, notices };
}

/** The hive that counts for a layer, for evidence: the one that was merged. */
export function hiveOf(facts: LayerFacts, name: HiveName, role: HiveFacts['role']): HiveFacts | undefined {
  return facts.hives.find((hive) => hive.hive === name && hive.role === role);
}

function replaced(hive: HiveFacts, index: number, layers: number): Notice {
  return {
    code: 'HIVE_REPLACED',
    message:
      `layer ${index + 1} of ${layers} brings a whole ${hive.path} instead of changes to it, as no Windows tool does; ` +
      'it was taken as the new registry',
    uncertain: true,
  };
}

function withoutBase(hive: HiveFacts, index: number, layers: number): Notice {
  return {
    code: 'HIVE_WITHOUT_BASE',
    message: `layer ${index + 1} of ${layers} changes a registry (${hive.path}) that no layer below it has; the base layer is missing`,
    uncertain: true,
  };
}

function damaged(hive: HiveFacts, index: number, layers: number): Notice {
  return {
    code: 'HIVE_DAMAGED',
    message: `${hive.path} in layer ${index + 1} of ${layers} is damaged (see "warnings"); what it would have said is missing`,
    uncertain: true,
  };
}

function dirty(hive: HiveFacts, index: number, layers: number): Notice {
  return {
    code: 'HIVE_DIRTY',
    message:
      `${hive.path} in layer ${index + 1} of ${layers} was not closed properly and no log repairs it; ` +
      'its last changes may be missing',
    uncertain: true,
  };
}
