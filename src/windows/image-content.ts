// The content of all layers, folded into what a container would see, before anything is made of it.
import type { Digest } from '../base/digest.ts';
import type { Evidence } from '../model/inventory.ts';
import type { DependencyFile, FileFacts, HiveName, ServicingManifest } from '../model/layer-facts.ts';
import type { LayerNames } from './evidence.ts';
import type { MergedKey } from './registry/merge.ts';

export interface ImageContent {
  readonly software: MergedKey | undefined;
  readonly system: MergedKey | undefined;
  /** Names the layers that values of `software` and `system` come from. */
  readonly layers: LayerNames;
  readonly users: readonly UserRegistry[];
  /** By canonical path. */
  readonly files: ReadonlyMap<string, Placed<FileFacts>>;
  readonly dependencyFiles: readonly Placed<DependencyFile>[];
  readonly servicingManifests: readonly Placed<ServicingManifest>[];
  /** `os.version` and `architecture` of the image config. */
  readonly configVersion: string | undefined;
  readonly configArchitecture: string | undefined;
}

/** A fact with the layer that it comes from. */
export interface Placed<T> {
  readonly fact: T;
  readonly layer: Digest;
}

/** The registry of one user, or of the profile that new users get. */
export interface UserRegistry {
  /** `Default`, `ContainerAdministrator`, … */
  readonly user: string;
  readonly hive: HiveName;
  readonly root: MergedKey;
  readonly layers: LayerNames;
}

export function fileEvidence(path: string, layer: Digest, data: string): Evidence {
  return { kind: 'file', layer, path, data };
}
