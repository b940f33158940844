// What one layer says, uninterpreted: small, plain JSON, kept by layer digest.
import type { Digest } from '../base/digest.ts';
import type { RegistryKey } from './registry.ts';

export interface LayerFacts {
  /** Of the layer as stored. */
  readonly digest: Digest;
  /** Of the uncompressed tar. */
  readonly diffId: Digest;
  readonly sizeBytes: number;
  readonly uncompressedBytes: number;
  readonly entries: number;
  readonly hives: readonly HiveFacts[];
  readonly files: readonly FileFacts[];
  /** Canonical paths that the layer removes; a path that ends in `/*` removes everything below. */
  readonly whiteouts: readonly string[];
  /** Files of interest that are hard links to content in a lower layer. */
  readonly links: readonly LinkFact[];
  /** What layers above asked of this one by hard link; filled in as images need it. */
  readonly lent?: readonly LentContent[];
}

/** Content of this layer that a layer above has under another name; nothing in it when it is not here. */
export interface LentContent {
  readonly link: LinkFact;
  readonly hives: readonly HiveFacts[];
  readonly files: readonly FileFacts[];
}

export type HiveName = 'SOFTWARE' | 'SYSTEM';

export interface HiveFacts {
  readonly hive: HiveName;
  /** A full hive, or a differencing one that changes the hive below it. */
  readonly role: 'base' | 'delta';
  /** As spelled in the layer. */
  readonly path: string;
  readonly sizeBytes: number;
  /**
   * `empty`: zero bytes, which means "no change" for a delta and "no Windows" for a base hive.
   * `recovered`: the transaction logs beside it were replayed. `dirty`: it was not closed properly and no
   * log repairs it, so the last changes may be missing.
   */
  readonly state: 'empty' | 'clean' | 'recovered' | 'dirty';
  /** The keys of interest; absent when the hive is empty. */
  readonly root?: RegistryKey;
}

export interface FileFacts {
  /** Canonical path, see `layers/layer-path.ts`. */
  readonly path: string;
  /** Where the content lies, as the layer spells it: for a hard link, another path. */
  readonly spelling: string;
  readonly sizeBytes: number;
  readonly pe?: PeFacts;
}

/** Identity of an executable or library. */
export interface PeFacts {
  readonly architecture?: string;
  /** Four-part file version of VS_FIXEDFILEINFO. */
  readonly fileVersion?: string;
}

export interface LinkFact {
  readonly path: string;
  readonly target: string;
}
