// Folds the facts of all layers into the registry and the files a container would see.
import type { ImageConfig } from '../images/image-source.ts';
import type { Notice } from '../model/inventory.ts';
import type { HiveFacts, LayerFacts } from '../model/layer-facts.ts';
import type { LayerNames } from '../windows/evidence.ts';
import type { ImageContent, UserRegistry } from '../windows/image-content.ts';
import { standalone } from '../windows/registry/merge.ts';
import { parseLayerPath } from './layer-path.ts';
import { FileOverlay } from './merge-files.ts';
import { hiveOf, mergeHives } from './merge-registry.ts';

/** `layers` are bottom first. */
export function imageContent(
  layers: readonly LayerFacts[],
  config: ImageConfig,
): { readonly content: ImageContent; readonly notices: readonly Notice[] } {
  const names = layerNames(layers);
  const software = mergeHives('SOFTWARE', layers);
  const system = mergeHives('SYSTEM', layers);
  const overlay = new FileOverlay(layers);
  const canonical = (path: string): string => parseLayerPath(path).path;
  const content: ImageContent = {
    software: software.root,
    system: system.root,
    layers: names,
    users: [...defaultUser(layers, names), ...users(layers, overlay)],
    files: overlay.merge((layer) => layer.files.map((file) => [file.path, file] as const)),
    dependencyFiles: [
      ...overlay.merge((layer) => layer.dependencyFiles.map((file) => [file.path, file] as const)).values(),
    ],
    servicingManifests: [
      ...overlay
        .merge((layer) => layer.servicingManifests.map((file) => [canonical(file.path), file] as const))
        .values(),
    ],
    configVersion: config.osVersion,
    configArchitecture: config.architecture === 'unknown' ? undefined : config.architecture,
  };
  return { content, notices: [...software.notices, ...system.notices] };
}

function layerNames(layers: readonly LayerFacts[]): LayerNames {
  return {
    digest: (layer) => layers[layer]!.digest,
    hivePath: (layer, hive) => {
      const facts = layers[layer]!;
      return (hiveOf(facts, hive, 'delta') ?? hiveOf(facts, hive, 'base'))?.path;
    },
  };
}

/** The profile of the system account, which differencing hives change as they do the machine's. */
function defaultUser(layers: readonly LayerFacts[], names: LayerNames): UserRegistry[] {
  const { root } = mergeHives('DEFAULT', layers);
  return root ? [{ user: 'default', hive: 'DEFAULT', root, layers: names }] : [];
}

/** The hives of users are files like any other: the topmost counts. */
function users(layers: readonly LayerFacts[], overlay: FileOverlay): UserRegistry[] {
  const hives = overlay.merge((layer) =>
    layer.hives
      .filter(({ hive }) => hive === 'USER')
      .map((hive): [string, HiveFacts] => [parseLayerPath(hive.path).path, hive]),
  );
  return [...hives.values()].flatMap(({ fact, layer }) => {
    if (!fact.root) return [];
    const index = layers.findIndex(({ digest }) => digest === layer);
    const own: LayerNames = { digest: () => layer, hivePath: () => fact.path };
    return [
      { user: fact.path.split('/')[2] ?? '', hive: 'USER', root: standalone(fact.root, index), layers: own },
    ];
  });
}
