// What the service and a process that reads layers say to each other.
import type { Trust } from '../../../images/network/address-policy.ts';
import type { ClairLayer } from '../../../model/clair.ts';
import type { IndexedImage } from '../../../model/indexed-image.ts';
import type { MatchSubject } from '../../../model/match-subject.ts';
import type { LayerFailureCode } from '../layer-failure.ts';
import type { PeekedPlatform } from './peek-platform.ts';

/** How a worker does all its tasks. */
export interface WorkerSetup {
  /** Private addresses that may be asked, as CIDR. */
  readonly allowAddresses: readonly string[];
  readonly airgap: boolean;
  /** Of whoever posts addresses. */
  readonly trust: Trust;
  /** PEM, in addition to the authorities that Node trusts. */
  readonly ca?: string | undefined;
  /** Layers that are unpacked at a time; the others wait with their connections open. */
  readonly parallelLayers: number;
  /** For one layer, from its request to its facts. */
  readonly layerSeconds: number;
  /** Silence after which a connection counts as dead. */
  readonly silenceMs?: number | undefined;
  /** Before a request is tried again. */
  readonly retryDelayMs?: number | undefined;
  /** Of file content; the heap has its own limit. */
  readonly maxBufferBytes: number;
}

/** Read a layer; with `peek` only if its first names do not show that it is none of Windows. */
export interface ReadTask {
  readonly kind: 'read';
  readonly layer: ClairLayer;
  readonly peek: boolean;
}

/** Interpret an image. */
export interface DescribeTask {
  readonly kind: 'describe';
  /** Base first, one that stands there twice twice; with content only. */
  readonly layers: readonly ClairLayer[];
  /** By digest, packed; without an entry: no layer of Windows, of which nothing counts. */
  readonly facts: ReadonlyMap<string, Uint8Array>;
}

export type WorkerTask = ReadTask | DescribeTask;

/** To the worker. */
export type WorkerOrder =
  | { readonly kind: 'setup'; readonly setup: WorkerSetup }
  | { readonly kind: 'task'; readonly id: number; readonly task: WorkerTask };

export interface ReadResult {
  readonly kind: 'read';
  /** `undefined`: it was looked at, and is no layer of Windows. */
  readonly facts: Uint8Array | undefined;
  readonly platform: PeekedPlatform;
  /** Of the layer as it is stored, as far as it was received. */
  readonly bytes: number;
}

export interface DescribeResult {
  readonly kind: 'described';
  /** `undefined`: there is no Windows in it. */
  readonly content: { readonly image: IndexedImage; readonly subjects: readonly MatchSubject[] } | undefined;
  /** Why there is none, when it seems that there should be: a sentence. */
  readonly damage: string | undefined;
  /** Facts, packed, of layers that now hold what others link to, by digest. */
  readonly lent: ReadonlyMap<string, Uint8Array>;
}

export type WorkerResult = ReadResult | DescribeResult;

/** From the worker. */
export type WorkerReport =
  | { readonly kind: 'alive' }
  | { readonly kind: 'platform'; readonly id: number; readonly platform: PeekedPlatform }
  | { readonly kind: 'done'; readonly id: number; readonly result: WorkerResult }
  | {
      readonly kind: 'failed';
      readonly id: number;
      readonly code: LayerFailureCode;
      readonly message: string;
    };

/** A worker says so often that it lives, in ms. */
export const ALIVE_EVERY_MS = 5_000;

/** Exit code of a worker that holds too much. */
export const OVER_MEMORY = 77;
