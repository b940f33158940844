// The facts of every layer of an image, from the cache or by reading; of layers that nobody has, that they are absent.

import type { Digest } from '../base/digest.ts';
import { Limiter } from '../base/limiter.ts';
import { ImageError } from '../images/image-error.ts';
import type { Image, LayerDescriptor } from '../images/image-source.ts';
import type { AbsentLayer, ImageFacts, LayerFacts } from '../model/layer-facts.ts';
import type { FactsCache } from './facts-cache.ts';
import { LayerError } from './layer-error.ts';
import { nothingRead } from './layer-reader.ts';
import { LinkedLayers } from './linked-layers.ts';
import { reasonOutOfReach } from './out-of-reach.ts';
import { type LayerSource, readLayer, readLinked } from './read-layer.ts';

/** Inflating and hashing take a core each, so two layers keep two cores busy; more only costs memory. */
const PARALLEL_LAYERS = 2;

/** What a display may want to know; bytes are of the stored layers. */
export interface LayerProgress {
  start(layers: number, totalBytes: number): Promise<void>;
  bytes(count: number): void;
  layerDone(): void;
}

export interface ReadImageOptions {
  readonly progress?: LayerProgress | undefined;
  /** Layers that need not be read, the bottom ones, with the reason; used all the same when the cache has them. */
  readonly spare?: { readonly layers: number; readonly reason: string } | undefined;
}

/** Reads for any number of images at once: each layer one time, two layers in flight. */
export class FactsReader {
  readonly #cache: FactsCache;
  readonly #limiter = new Limiter(PARALLEL_LAYERS);
  readonly #underWay = new Map<Digest, Promise<LayerFacts>>();

  constructor(cache: FactsCache) {
    this.#cache = cache;
  }

  /** Throws LayerError, ImageError. */
  async read(image: Image, { progress, spare }: ReadImageOptions = {}): Promise<ImageFacts> {
    const known = new Map<LayerDescriptor, LayerFacts>();
    for (const layer of image.layers) {
      const name = nameOf(layer);
      const facts = name && (await this.#cache.get(name));
      if (facts) known.set(layer, checked(facts, layer, whereOf(image, layer)));
    }
    const absent = image.layers.slice(0, spare?.layers ?? 0).flatMap((layer) => {
      if (known.has(layer) || spare === undefined) return [];
      known.set(layer, nothingRead(layer));
      return [{ layer: nothingRead(layer).digest, reason: spare.reason }];
    });
    const unread = distinct(image.layers.filter((layer) => !known.has(layer)));
    if (unread.length > 0) await progress?.start(unread.length, sumOf(unread));
    const failures = await Promise.allSettled(
      unread.map(async (layer) => {
        const facts = await this.#readOne(image, layer, progress).catch((error) => substitute(layer, error));
        if ('reason' in facts) absent.push(facts);
        for (const each of image.layers.filter((other) => isSame(other, layer))) {
          known.set(each, 'reason' in facts ? nothingRead(each) : facts);
        }
        progress?.layerDone();
      }),
    );
    for (const outcome of failures) if (outcome.status === 'rejected') throw outcome.reason;
    const linked = new LinkedLayers({
      look: (index, links) => readLinked(sourceOf(image, image.layers[index]!), links),
      keep: (facts) => this.#cache.put(facts),
      reasonToGoOn: (index, error) => reasonOutOfReach(image.layers[index]!, error),
    });
    const layers = await linked.resolve(
      image.layers.map((layer) => known.get(layer)!),
      absent,
    );
    return { layers, absent };
  }

  /** A layer that another image is just having read is waited for. */
  #readOne(image: Image, layer: LayerDescriptor, progress: LayerProgress | undefined): Promise<LayerFacts> {
    const name = nameOf(layer);
    const underWay = name && this.#underWay.get(name);
    if (underWay) {
      // That it failed there may be the fault of where that image lies.
      return underWay.then(
        (facts) => checked(facts, layer, whereOf(image, layer)),
        () => this.#readOne(image, layer, progress),
      );
    }
    const reading = this.#limiter.run(async () => {
      const facts = await readFromAnywhere(image, layer, progress);
      if (name) await this.#cache.put(facts);
      return facts;
    });
    if (name) {
      this.#underWay.set(name, reading);
      const done = (): boolean => this.#underWay.delete(name);
      reading.then(done, done);
    }
    return reading;
  }
}

/** Wrong bytes are asked for elsewhere, as long as there is an elsewhere. */
async function readFromAnywhere(
  image: Image,
  layer: LayerDescriptor,
  progress: LayerProgress | undefined,
): Promise<LayerFacts> {
  for (;;) {
    try {
      return await readLayer(sourceOf(image, layer, progress));
    } catch (error) {
      if (!hasWrongBytes(layer, error) || !image.rejectLayer?.(layer)) throw error;
    }
  }
}

/** Of a layer without a digest it is only seen by what is in them: they do not unpack, or hold no tar. */
function hasWrongBytes({ digest }: LayerDescriptor, error: unknown): boolean {
  if (!(error instanceof LayerError) || error.code === 'DIFF_ID_MISMATCH') return false;
  if (error.cause instanceof ImageError) return error.cause.code === 'DIGEST_MISMATCH';
  return digest === undefined || error.code === 'DIGEST_MISMATCH';
}

function substitute(layer: LayerDescriptor, error: unknown): AbsentLayer {
  const reason = reasonOutOfReach(layer, error);
  if (reason === undefined) throw error;
  return { layer: nothingRead(layer).digest, reason };
}

/** Facts are keyed by what the layer is; that the config calls it something else is the image's fault. */
function checked(facts: LayerFacts, layer: LayerDescriptor, where: string): LayerFacts {
  if (layer.diffId === undefined || facts.diffId === layer.diffId) return facts;
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
  const name = nameOf(layer);
  const shown = name === undefined ? '' : ` (${name.slice(0, 19)}…)`;
  return `layer ${image.layers.indexOf(layer) + 1} of ${image.layers.length}${shown}`;
}

function sumOf(layers: readonly LayerDescriptor[]): number {
  return layers.reduce((sum, layer) => sum + layer.sizeBytes, 0);
}

function distinct(layers: readonly LayerDescriptor[]): LayerDescriptor[] {
  return layers.filter((layer, index) => layers.findIndex((other) => isSame(other, layer)) === index);
}

/** Layers of unpacked folders have no name until they are read. */
function isSame(one: LayerDescriptor, other: LayerDescriptor): boolean {
  return one === other || (nameOf(one) !== undefined && nameOf(one) === nameOf(other));
}

function nameOf(layer: LayerDescriptor): Digest | undefined {
  return layer.digest ?? layer.diffId;
}
