// What every place that images come from gives: an image, described, whose layers can be opened.
import type { Digest } from '../base/digest.ts';
import type { Notice } from '../model/inventory.ts';

/** One layer, bottom layer first in an image's list. */
export interface LayerDescriptor {
  /** Of the blob as stored; `undefined` for layers of docker archives, which name only the unpacked content. */
  readonly digest: Digest | undefined;
  /** Of the uncompressed tar; `undefined` for unpacked folders, which have no names at all. */
  readonly diffId: Digest | undefined;
  readonly mediaType: string;
  /** As the manifest states it; of the stored, mostly compressed, blob. */
  readonly sizeBytes: number;
  /** Where a foreign layer may be fetched from. */
  readonly urls?: readonly string[];
  /** The history line that made the layer, when history and layers correspond. */
  readonly createdBy?: string;
  /** Whether the blob may legally be absent (Microsoft's base layers until 2023). */
  readonly foreign: boolean;
}

export interface HistoryEntry {
  readonly created?: string;
  readonly createdBy?: string;
  readonly comment?: string;
  /** The step changed only the config and has no layer. */
  readonly emptyLayer: boolean;
}

/** The parts of an image's config that Clearstory uses. */
export interface ImageConfig {
  /** 'unknown' when the config does not say. */
  readonly os: string;
  /** 'unknown' when the config does not say. */
  readonly architecture: string;
  readonly osVersion?: string;
  readonly variant?: string;
  readonly created?: string;
  /** `NAME=value` lines. */
  readonly env: readonly string[];
  readonly history: readonly HistoryEntry[];
  readonly diffIds: readonly Digest[];
}

export interface ReadOptions {
  signal?: AbortSignal;
}

export interface Image {
  /** As the user gave it. */
  readonly target: string;
  /** Of the manifest; of the config for docker archives, which have no manifest; `undefined` for folders. */
  readonly digest: Digest | undefined;
  readonly config: ImageConfig;
  readonly layers: readonly LayerDescriptor[];
  /** What a reader of the report must know of the place the image comes from. */
  readonly notices?: readonly Notice[];
  /**
   * The bytes of a layer as stored, in chunks of up to 1 MiB. Neither digest is verified here. The iteration throws
   * ImageError `BLOB_MISSING` or `UNREADABLE`.
   */
  openLayer(layer: LayerDescriptor, options?: ReadOptions): AsyncIterable<Buffer>;
  /**
   * Says that the bytes given for the layer were not its own, so that they come from elsewhere next time. `false`
   * when there is nowhere else; absent where there never is.
   */
  rejectLayer?(layer: LayerDescriptor): boolean;
  /** Frees files; layers cannot be opened any more. */
  close(): Promise<void>;
}

/** Where manifests, configs and layers are fetched by digest: a layout, an archive, a registry. */
export interface ContentSource {
  /** For messages: 'the OCI layout /images/app'. */
  readonly where: string;
  /** Whether the manifest is there; a partial copy of a multi-platform image lists more than it holds. */
  hasManifest(digest: Digest): Promise<boolean>;
  /** The bytes of a manifest or index, not verified. Throws ImageError, `BLOB_MISSING` when absent. */
  readManifest(digest: Digest, maxBytes: number): Promise<Buffer>;
  /** The bytes of another document, not verified. Throws ImageError, `BLOB_MISSING` when absent. */
  readBlob(digest: Digest, maxBytes: number): Promise<Buffer>;
  openLayer(layer: LayerDescriptor, options?: ReadOptions): AsyncIterable<Buffer>;
  rejectLayer?(layer: LayerDescriptor): boolean;
  close(): Promise<void>;
}
