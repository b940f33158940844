// The facts of every layer of an image, from the cache or by reading, with hard links across layers resolved.
import { isDeepStrictEqual } from 'node:util';
import { concurrently } from '../base/concurrently.ts';
import type { Digest } from '../base/digest.ts';
import type { Image, LayerDescriptor } from '../images/image-source.ts';
import type { LayerContent, LayerFacts, LentContent, LinkFact } from '../model/layer-facts.ts';
import type { FactsCache } from './facts-cache.ts';
import { resolveBelow } from './hard-links.ts';
import { LayerError } from './layer-error.ts';
import { nothingCollected } from './layer-reader.ts';
import { type LayerSource, readLayer, readLinked } from './read-layer.ts';

/** Inflating and hashing take a core each, so two layers keep two cores busy; more only costs memory. */
const PARALLEL_LAYERS = 2;

/** What a display may want to know; bytes are of the stored layers. */
export interface LayerProgress {
  start(layers: number, totalBytes: number): Promise<void>;
  bytes(count: number): void;
  layerDone(): void;
}

/** Bottom layer first, one per layer of the image. Throws LayerError, ImageError. */
export async function readLayers(
  image: Image,
  cache: FactsCache,
  progress?: LayerProgress,
): Promise<LayerFacts[]> {
  const known = new Map<Digest, LayerFacts>();
  for (const layer of image.layers) {
    const facts = await cache.get(nameOf(layer));
    if (facts) known.set(nameOf(layer), checked(facts, layer, whereOf(image, layer)));
  }
  const unread = distinct(image.layers).filter((layer) => !known.has(nameOf(layer)));
  if (unread.length > 0) {
    await progress?.start(
      unread.length,
      unread.reduce((sum, layer) => sum + layer.sizeBytes, 0),
    );
  }
  await concurrently(unread, PARALLEL_LAYERS, async (layer) => {
    const facts = await readLayer(sourceOf(image, layer, progress));
    await cache.put(facts);
    known.set(nameOf(layer), facts);
    progress?.layerDone();
  });
  const all = image.layers.map((layer) => known.get(nameOf(layer))!);
  return resolveLinks(image, all, cache);
}

/** A delta layer may hard-link files of the layers below; for each the nearest layer that has it counts. */
async function resolveLinks(
  image: Image,
  layers: readonly LayerFacts[],
  cache: FactsCache,
): Promise<LayerFacts[]> {
  const resolved = [...layers];
  for (const [index, facts] of layers.entries()) {
    let open = facts.links;
    for (let below = index - 1; below >= 0 && open.length > 0; below--) {
      const found = nothingCollected();
      const unknown = resolveBelow(open, resolved[below]!, found);
      const lent = unknown.length > 0 ? await borrow(image, resolved, below, unknown, cache) : undefined;
      resolved[index] = withContent(withContent(resolved[index]!, found), lent);
      open = lent?.missing ?? [];
    }
  }
  return resolved;
}

function withContent(facts: LayerFacts, content: LayerContent | undefined): LayerFacts {
  if (!content) return facts;
  return {
    ...facts,
    hives: [...facts.hives, ...content.hives],
    files: [...facts.files, ...content.files],
    servicingManifests: [...facts.servicingManifests, ...content.servicingManifests],
    dependencyFiles: [...facts.dependencyFiles, ...content.dependencyFiles],
    warnings: [...facts.warnings, ...content.warnings],
  };
}

/** One look at the bytes of a lower layer for all that the layer above asks of it; what it gives is kept. */
async function borrow(
  image: Image,
  layers: LayerFacts[],
  index: number,
  links: readonly LinkFact[],
  cache: FactsCache,
): Promise<LentContent> {
  const facts = layers[index]!;
  const known = facts.lent?.find((lent) => isDeepStrictEqual(lent.asked, links));
  if (known) return known;
  const { content, missing } = await readLinked(sourceOf(image, image.layers[index]!), links);
  const lent = { asked: links, missing, ...content };
  layers[index] = { ...facts, lent: [...(facts.lent ?? []), lent] };
  await cache.put(layers[index]);
  return lent;
}

/** Facts are keyed by what the layer is; that the config calls it something else is the image's fault. */
function checked(facts: LayerFacts, layer: LayerDescriptor, where: string): LayerFacts {
  if (facts.diffId === layer.diffId) return facts;
  throw new LayerError(
    'DIFF_ID_MISMATCH',
    `${where}: unpacked it is ${facts.diffId}, the image config names ${layer.diffId}`,
  );
}

function sourceOf(image: Image, layer: LayerDescriptor, progress?: LayerProgress): LayerSource {
  return {
    open: () => image.openLayer(layer),
    where: whereOf(image, layer),
    digest: layer.digest,
    diffId: layer.diffId,
    onBytes: (bytes) => progress?.bytes(bytes),
  };
}

function whereOf(image: Image, layer: LayerDescriptor): string {
  return `layer ${image.layers.indexOf(layer) + 1} of ${image.layers.length} (${nameOf(layer).slice(0, 19)}…)`;
}

function distinct(layers: readonly LayerDescriptor[]): LayerDescriptor[] {
  return [...new Map(layers.map((layer) => [nameOf(layer), layer])).values()];
}

function nameOf(layer: LayerDescriptor): Digest {
  return layer.digest ?? layer.diffId;
}
