// Opens images from an OCI image layout (image-spec: image-layout.md), as a directory or inside a tar archive.
import { type Digest, digestHex } from '../base/digest.ts';
import { ArchiveTree } from './archive-tree.ts';
import { DirectoryTree } from './directory-tree.ts';
import { type FileTree, missing } from './file-tree.ts';
import { ImageError } from './image-error.ts';
import type { ContentSource, Image, LayerDescriptor, ReadOptions } from './image-source.ts';
import { loadImages } from './load-image.ts';
import { type Location, locate } from './locate.ts';
import { type Descriptor, MAX_MANIFEST_BYTES, parseManifest } from './manifest.ts';
import type { OpenOptions } from './open-options.ts';
import type { RemoteLayers } from './registry/remote-layers.ts';

/** Names of an image in index.json: the specification's, usually a bare tag, and containerd's, a full reference. */
const NAME_ANNOTATIONS = ['org.opencontainers.image.ref.name', 'io.containerd.image.name'];

/** Opens `PATH[:tag]` or `PATH@digest`, where PATH is the directory of a layout. Throws ImageError. */
export async function openOciDirectory(
  target: string,
  location: string,
  options: OpenOptions,
): Promise<readonly Image[]> {
  const place = await locate(location);
  if (!place.isDirectory) {
    throw new ImageError(
      'NOT_AN_IMAGE',
      `${place.path} is a file; use oci-archive: or docker-archive: for archives`,
    );
  }
  return openLayout(target, new DirectoryTree(place.path, 'OCI layout'), place, options);
}

/** Opens `PATH[:tag]` or `PATH@digest`, where PATH is a tar archive of a layout. Throws ImageError. */
export async function openOciArchive(
  target: string,
  location: string,
  options: OpenOptions,
): Promise<readonly Image[]> {
  const place = await locate(location);
  if (place.isDirectory) {
    throw new ImageError(
      'NOT_AN_IMAGE',
      `${place.path} is a directory; use oci-dir: for layouts that are not archived`,
    );
  }
  return openLayout(target, await ArchiveTree.open(place.path, 'OCI archive'), place, options);
}

/**
 * The images of a layout that `place` means; they take over `tree`, which is closed when this throws. Throws ImageError.
 */
export async function openLayout(
  target: string,
  tree: FileTree,
  place: Pick<Location, 'tag' | 'digest'>,
  { selection, registries }: OpenOptions,
): Promise<readonly Image[]> {
  try {
    if ((await tree.sizeOf('index.json')) === undefined) {
      throw new ImageError('NOT_AN_IMAGE', `${tree.where} has no index.json, so it is not an OCI layout`);
    }
    const where = `index.json of ${tree.where}`;
    const index = parseManifest(await tree.read('index.json', MAX_MANIFEST_BYTES), where);
    if (index.kind !== 'index') throw new ImageError('INVALID_DOCUMENT', `${where} is not an index`);
    return await loadImages(
      target,
      new LayoutSource(tree, registries),
      chooseRoots(index.manifests, place, tree),
      selection,
    );
  } catch (error) {
    await tree.close();
    throw error;
  }
}

/** The entries of index.json that the location means: by digest, by name, or all when there is one image. */
function chooseRoots(
  entries: readonly Descriptor[],
  { tag, digest }: Pick<Location, 'tag' | 'digest'>,
  tree: FileTree,
): readonly Descriptor[] {
  if (digest !== undefined) {
    const entry = entries.find((candidate) => candidate.digest === digest);
    return [entry ?? { mediaType: '', digest, sizeBytes: 0, urls: [], annotations: new Map() }];
  }
  const names = [...new Set(entries.flatMap(namesOf))].sort();
  if (tag !== undefined) {
    const named = entries.filter((entry) => namesOf(entry).includes(tag));
    if (named.length > 0) return named;
    const there = names.length === 0 ? 'its images have no names' : `there is ${names.join(', ')}`;
    throw new ImageError('NOT_FOUND', `${tree.where} has no image named ${tag}; ${there}`);
  }
  const namedImages = new Set(
    entries.filter((entry) => namesOf(entry).length > 0).map((entry) => entry.digest),
  );
  if (namedImages.size > 1 && names.length > 1) {
    const list = names.map((name) => `  :${name}`).join('\n');
    throw new ImageError(
      'TAG_AMBIGUOUS',
      `${tree.where} holds several images; append one of these names:\n${list}`,
    );
  }
  return entries;
}

function namesOf(entry: Descriptor): string[] {
  return NAME_ANNOTATIONS.flatMap((key) => entry.annotations.get(key) ?? []);
}

/** A layout's blobs. Their paths are built from validated digests only, so no document can lead out of it. */
class LayoutSource implements ContentSource {
  readonly where: string;
  readonly #tree: FileTree;
  readonly #registries: OpenOptions['registries'];
  /** Of those that were asked for and are not in the layout. */
  #foreign: RemoteLayers | undefined;

  constructor(tree: FileTree, registries: OpenOptions['registries']) {
    this.where = tree.where;
    this.#tree = tree;
    this.#registries = registries;
  }

  async hasManifest(digest: Digest): Promise<boolean> {
    return (await this.#tree.sizeOf(blobPath(digest))) !== undefined;
  }

  readManifest(digest: Digest, maxBytes: number): Promise<Buffer> {
    return this.readBlob(digest, maxBytes);
  }

  readBlob(digest: Digest, maxBytes: number): Promise<Buffer> {
    return this.#tree.read(blobPath(digest), maxBytes);
  }

  async *openLayer(layer: LayerDescriptor, options?: ReadOptions): AsyncGenerator<Buffer> {
    if (layer.digest === undefined) throw missing(this.where, `layer ${layer.diffId}`);
    const path = blobPath(layer.digest);
    if (!layer.foreign || (await this.#tree.sizeOf(path)) !== undefined) {
      yield* this.#tree.stream(path, options);
      return;
    }
    if (!this.#registries || !layer.urls) throw missingForeign(this.where, layer);
    this.#foreign ??= (await this.#registries()).foreignLayers();
    yield* this.#foreign.open(layer, options);
  }

  rejectLayer(layer: LayerDescriptor): boolean {
    return this.#foreign?.reject(layer) ?? false;
  }

  close(): Promise<void> {
    return this.#tree.close();
  }
}

function blobPath(digest: Digest): string {
  return `blobs/sha256/${digestHex(digest)}`;
}

function missingForeign(where: string, layer: LayerDescriptor): ImageError {
  const urls = layer.urls?.length ? ` (${layer.urls.join(', ')})` : '';
  return new ImageError(
    'BLOB_MISSING',
    `layer ${layer.digest} is missing from ${where}: Microsoft's terms kept it out of copies${urls}; copy the image with foreign layers included`,
  );
}
