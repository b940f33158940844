// What indexing needs of the store.
import type { IndexedImage } from '../../model/indexed-image.ts';
import type { MatchSubject } from '../../model/match-subject.ts';

/** `other`: without Windows, and nobody else to ask. `upstream`: forwarded to the Clair behind us. */
export type ManifestKind = 'windows' | 'other' | 'upstream';

export interface StoredManifest {
  readonly digest: string;
  readonly kind: ManifestKind;
  readonly state: 'IndexFinished' | 'IndexError';
  readonly err: string;
  readonly scanner: string;
  readonly layers: readonly string[];
  readonly image: number | undefined;
}

export type ManifestToStore = Omit<StoredManifest, 'image'> & { readonly content?: ImageToStore };

export interface ImageToStore {
  readonly image: IndexedImage;
  readonly subjects: readonly MatchSubject[];
}

export interface ManifestStore {
  find(digest: string): Promise<StoredManifest | undefined>;
  save(manifest: ManifestToStore): Promise<void>;
  delete(digests: readonly string[]): Promise<string[]>;
  image(id: number): Promise<IndexedImage | undefined>;
}

export interface LayerStore {
  packedFacts(digest: string): Promise<Uint8Array | undefined>;
  known(digests: readonly string[]): Promise<ReadonlySet<string>>;
  platforms(digests: readonly string[]): Promise<ReadonlyMap<string, 'windows' | 'other'>>;
  claim(digest: string, owner: string, leaseSeconds: number): Promise<'claimed' | 'busy' | 'known'>;
  renew(digests: readonly string[], owner: string, leaseSeconds: number): Promise<void>;
  recognise(digest: string, owner: string): Promise<void>;
  putPacked(digest: string, packed: Uint8Array, platform: 'windows' | 'other'): Promise<void>;
  markOther(digest: string): Promise<void>;
  release(digest: string, owner: string): Promise<void>;
}

export interface JobStore {
  start(digest: string, request: string, owner: string, leaseSeconds: number): Promise<boolean>;
  renew(owner: string, leaseSeconds: number): Promise<void>;
  takeOver(
    owner: string,
    leaseSeconds: number,
    limit: number,
  ): Promise<{ readonly digest: string; readonly request: string }[]>;
  handBack(owner: string): Promise<void>;
  finish(digest: string): Promise<void>;
}
