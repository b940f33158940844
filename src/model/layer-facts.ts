// What one layer says, uninterpreted: small, plain JSON, kept by layer digest.
import type { Digest } from '../base/digest.ts';
import type { Dependency } from './dependency.ts';
import type { RegistryKey } from './registry.ts';

export interface LayerFacts extends LayerContent {
  /** Of the layer as stored. */
  readonly digest: Digest;
  /** Of the uncompressed tar. */
  readonly diffId: Digest;
  readonly sizeBytes: number;
  readonly uncompressedBytes: number;
  readonly entries: number;
  /** All files outside WinSxS, so that a new question about presence needs no second read. */
  readonly names: FileNames;
  /** Canonical paths that the layer removes; a path that ends in `/*` removes everything below. */
  readonly whiteouts: readonly string[];
  /** Files of interest that are hard links to content in a lower layer. */
  readonly links: readonly LinkFact[];
  /** What layers above asked of this one by hard link; filled in as images need it. */
  readonly lent?: readonly LentContent[];
}

/** What was read of an image. */
export interface ImageFacts {
  /** Bottom layer first, one per layer of the image; an absent one has no content. */
  readonly layers: readonly LayerFacts[];
  readonly absent: readonly AbsentLayer[];
}

/** A layer of an image that was not read. */
export interface AbsentLayer {
  readonly layer: Digest;
  /** Why, as a sentence without its full stop. */
  readonly reason: string;
}

/** What was taken from the files of a layer. */
export interface LayerContent {
  readonly hives: readonly HiveFacts[];
  /** Every PE file outside WinSxS, and the few others that bear witness. */
  readonly files: readonly FileFacts[];
  readonly servicingManifests: readonly ServicingManifest[];
  readonly dependencyFiles: readonly DependencyFile[];
  /** Files that could not be read; what they would have said is missing. */
  readonly warnings: readonly FileWarning[];
}

/** Content of this layer that a layer above has under other names; nothing in it when it is not here. */
export interface LentContent extends LayerContent {
  readonly asked: readonly LinkFact[];
  /** Those of them that this layer does not hold. */
  readonly missing: readonly LinkFact[];
}

/** `DEFAULT` is the profile of the system account, `USER` the NTUSER.DAT of one user. */
export type HiveName = 'SOFTWARE' | 'SYSTEM' | 'DEFAULT' | 'USER';

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
   * log repairs it, so the last changes may be missing. `damaged`: it cannot be read, a warning says why.
   */
  readonly state: 'empty' | 'clean' | 'recovered' | 'dirty' | 'damaged';
  /** The keys of interest; absent when the hive is empty or damaged. */
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

/** Identity of an executable or library; what the file does not say is left out. */
export interface PeFacts {
  readonly architecture?: string;
  /** Four-part file version of VS_FIXEDFILEINFO. */
  readonly fileVersion?: string;
  /** The string `ProductVersion`: `8.0.27+1a2b3c`, `7.4.1 SHA: …`; for many products the only exact one. */
  readonly productVersion?: string;
  readonly productName?: string;
  readonly companyName?: string;
  readonly originalName?: string;
  /** Module and dependencies of a program written in Go. */
  readonly go?: readonly Dependency[];
}

/** By folder, as the layer spells it, the names of the files in it. */
export type FileNames = Readonly<Record<string, readonly string[]>>;

/** What a servicing manifest (`.mum`) says of its package. */
export interface ServicingManifest {
  /** As spelled in the layer. */
  readonly path: string;
  /** `Package_for_RollupFix~31bf3856ad364e35~amd64~~20348.2322.1.8`. */
  readonly identity: string;
  /** `KB5034129`; of features on demand a placeholder. */
  readonly identifier?: string;
  /** `Security Update`, `OnDemand Pack`, `Feature Pack`, … */
  readonly releaseType?: string;
  /** Identities of the packages it consists of. */
  readonly children: readonly string[];
}

/** A file that lists libraries. */
export interface DependencyFile {
  /** Canonical path. */
  readonly path: string;
  readonly spelling: string;
  /** Name of the format: `deps.json`, `package.json`, … */
  readonly format: string;
  readonly dependencies: readonly Dependency[];
  /** .NET runtimes that an application brings with it. */
  readonly runtimes?: readonly PrivateRuntime[];
}

export interface PrivateRuntime {
  /** `Microsoft.NETCore.App`. */
  readonly framework: string;
  readonly version: string;
}

export interface FileWarning {
  /** As spelled in the layer. */
  readonly path: string;
  /** One sentence, without the path. */
  readonly reason: string;
}

export interface LinkFact {
  readonly path: string;
  readonly target: string;
  /** Wanted for its name, whatever is in it; otherwise only if it is a program. */
  readonly byName: boolean;
}
