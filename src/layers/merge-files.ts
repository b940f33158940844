// Folds the files of all layers as a container would see them: removals of a layer come before its additions.
import type { LayerFacts } from '../model/layer-facts.ts';
import type { Placed } from '../windows/image-content.ts';
import { filePaths } from './file-names.ts';
import { parseLayerPath } from './layer-path.ts';

/** By canonical path, what `factsOf` gives of each layer; `layers` are bottom first. */
export class FileOverlay {
  readonly #layers: readonly LayerFacts[];
  /** Per layer what goes away below it. */
  readonly #replaced: readonly ReadonlySet<string>[];

  constructor(layers: readonly LayerFacts[]) {
    this.#layers = layers;
    // A file replaced by one that says nothing must not live on with what it said.
    this.#replaced = layers.map((layer, index) =>
      index === 0 ? new Set() : new Set([...filePaths(layer.names)].map((path) => parseLayerPath(path).path)),
    );
  }

  merge<T>(
    factsOf: (layer: LayerFacts) => Iterable<readonly [path: string, fact: T]>,
  ): Map<string, Placed<T>> {
    const merged = new Map<string, Placed<T>>();
    for (const [index, layer] of this.#layers.entries()) {
      this.#remove(merged, layer, this.#replaced[index]!);
      for (const [path, fact] of factsOf(layer)) merged.set(path, { fact, layer: layer.digest });
    }
    return merged;
  }

  #remove<T>(merged: Map<string, Placed<T>>, layer: LayerFacts, replaced: ReadonlySet<string>): void {
    const removed = new Set(layer.whiteouts);
    const folders = layer.whiteouts.map((whiteout) =>
      whiteout.endsWith('/*') ? whiteout.slice(0, -1) : `${whiteout}/`,
    );
    for (const path of merged.keys()) {
      if (replaced.has(path) || removed.has(path) || folders.some((folder) => path.startsWith(folder))) {
        merged.delete(path);
      }
    }
  }
}
