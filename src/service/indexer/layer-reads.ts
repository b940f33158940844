// Sees to it that the facts of layers get into the store: each layer is read once, by one replica, for all images.
import type { Logger } from '../../base/log.ts';
import type { ClairLayer } from '../../model/clair.ts';
import { inSpan } from '../tracing/in-span.ts';
import { abortable } from './abortable.ts';
import { layerBytes, layerSeconds, layersAwaited, layersFetched, layersUnderWay } from './indexer-metrics.ts';
import type { LayerStore } from './indexer-stores.ts';
import { LayerFailure } from './layer-failure.ts';
import { pollPause } from './poll-pause.ts';
import type { LayerWorkers } from './worker/layer-workers.ts';
import type { PeekedPlatform } from './worker/peek-platform.ts';

/** `empty`: it has no files, so that the layer above tells. */
export type LayerPlatform = 'windows' | 'other' | 'empty';

export interface LayerReadsOptions {
  readonly store: LayerStore;
  readonly workers: LayerWorkers;
  /** Of this process, unlike any other's. */
  readonly owner: string;
  readonly leaseSeconds: number;
  readonly log: Logger;
}

interface Reading {
  /** Whose address and token it is read with. */
  readonly layer: ClairLayer;
  readonly platform: Promise<LayerPlatform>;
  /** The facts are in the store, or nobody needs them. */
  readonly done: Promise<void>;
}

/** All methods throw LayerFailure and StoreError, and the reason of `signal`; what is read is read on without them. */
export class LayerReads {
  readonly #options: LayerReadsOptions;
  readonly #underWay = new Map<string, Reading>();
  /** Layers that are claimed from the other replicas. */
  readonly #held = new Set<string>();
  readonly #ending = new AbortController();
  #renewal: NodeJS.Timeout | undefined;

  constructor(options: LayerReadsOptions) {
    this.#options = options;
  }

  /** The layer is looked at first, and read on if it is one of Windows. */
  platformOf(layer: ClairLayer, signal: AbortSignal): Promise<LayerPlatform> {
    return this.#await(layer, signal, 'look', ({ platform }) => platform);
  }

  /** Resolves when the layer has been read, by whomever. */
  ensure(layer: ClairLayer, signal: AbortSignal): Promise<void> {
    return this.#await(layer, signal, 'read', ({ done }) => done);
  }

  /** What is being read fails as something that may be tried again, and other replicas may claim it. */
  async stop(): Promise<void> {
    this.#ending.abort(new LayerFailure('NOT_NOW', 'the service is ending; post the manifest again'));
    this.#options.workers.close();
    await Promise.allSettled([...this.#underWay.values()].map(({ done }) => done));
    clearInterval(this.#renewal);
  }

  async #await<T>(
    layer: ClairLayer,
    signal: AbortSignal,
    how: 'look' | 'read',
    wanted: (reading: Reading) => Promise<T>,
  ): Promise<T> {
    for (;;) {
      const reading = this.#underWay.get(layer.hash) ?? this.#begin(layer, how);
      try {
        return await abortable(wanted(reading), signal);
      } catch (error) {
        signal.throwIfAborted();
        // That it failed there may be the fault of an address, or a token, that another manifest came with.
        const mayGoBetter = error instanceof LayerFailure && !error.isOfContent && reading.layer !== layer;
        if (!mayGoBetter || this.#ending.signal.aborted) throw error;
      }
    }
  }

  #begin(layer: ClairLayer, how: 'look' | 'read'): Reading {
    this.#renewal ??= setInterval(() => void this.#renew(), (this.#options.leaseSeconds * 1000) / 3).unref();
    let tell: (platform: LayerPlatform) => void = () => undefined;
    const told = new Promise<LayerPlatform>((resolve) => {
      tell = resolve;
    });
    layersUnderWay.inc();
    const done = this.#read(layer, how, tell).finally(() => {
      layersUnderWay.dec();
      this.#underWay.delete(layer.hash);
    });
    const platform = Promise.race([told, done.then(() => told)]);
    // Whoever waits is told; mostly nobody waits for both.
    platform.catch(() => undefined);
    const reading = { layer, platform, done };
    this.#underWay.set(layer.hash, reading);
    return reading;
  }

  async #read(
    layer: ClairLayer,
    how: 'look' | 'read',
    tell: (platform: LayerPlatform) => void,
  ): Promise<void> {
    const { store, owner } = this.#options;
    if (!(await this.#claim(layer.hash, tell))) return;
    this.#held.add(layer.hash);
    try {
      await this.#readClaimed(layer, how, tell);
    } catch (error) {
      layersFetched.inc({ result: error instanceof LayerFailure ? error.code : 'STORE' });
      await store.release(layer.hash, owner).catch((reason: Error) => {
        // The lease ends by itself.
        this.#options.log.warn({ layer: layer.hash, reason: reason.message }, 'a layer cannot be given back');
      });
      throw error;
    } finally {
      this.#held.delete(layer.hash);
    }
  }

  /** Waits for others that read it; `false` when one of them has. */
  async #claim(digest: string, tell: (platform: LayerPlatform) => void): Promise<boolean> {
    const { store, owner, leaseSeconds } = this.#options;
    for (let attempt = 0; ; attempt++) {
      this.#ending.signal.throwIfAborted();
      const claim = await store.claim(digest, owner, leaseSeconds);
      if (claim === 'claimed') return true;
      const platform = (await store.platforms([digest])).get(digest);
      if (platform !== undefined) tell(platform);
      if (claim === 'known' && platform !== undefined) return false;
      layersAwaited.inc();
      await pollPause(attempt, this.#ending.signal).finally(() => layersAwaited.dec());
    }
  }

  async #readClaimed(
    layer: ClairLayer,
    how: 'look' | 'read',
    tell: (platform: LayerPlatform) => void,
  ): Promise<void> {
    const { store, workers } = this.#options;
    const stopTimer = layerSeconds.startTimer();
    const look = (platform: PeekedPlatform): void => this.#seen(layer.hash, platform, tell);
    const { facts, platform, bytes } = await inSpan('read layer', { layer: layer.hash }, () =>
      workers.read(layer, how === 'look' ? look : undefined),
    );
    layersFetched.inc({ result: platform });
    if (facts === undefined) {
      await store.markOther(layer.hash);
      tell('other');
      return;
    }
    stopTimer();
    layerBytes.inc(bytes);
    // An empty layer does not say that the image is not of Windows.
    await store.putPacked(layer.hash, facts, platform === 'other' ? 'other' : 'windows');
    if (platform !== 'unreadable') tell(platform);
  }

  /** Other layers of the image can be begun now; those whose tokens live a minute must be. */
  #seen(digest: string, platform: PeekedPlatform, tell: (platform: LayerPlatform) => void): void {
    const { store, owner, log } = this.#options;
    if (platform !== 'windows') return;
    tell('windows');
    store.recognise(digest, owner).catch((reason: Error) => {
      log.warn({ layer: digest, reason: reason.message }, 'what a layer is cannot be told to other replicas');
    });
  }

  async #renew(): Promise<void> {
    const { store, owner, leaseSeconds, log } = this.#options;
    if (this.#held.size === 0) return;
    await store.renew([...this.#held], owner, leaseSeconds).catch((reason: Error) => {
      log.warn(
        { layers: this.#held.size, reason: reason.message },
        'layers that are being read cannot be kept',
      );
    });
  }
}
