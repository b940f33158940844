// Makes Windows container images: as values, as OCI layouts and archives, and as `docker save` archives.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Digest, digestHex, digestOf } from '../../src/base/digest.ts';
import type { Compression } from '../../src/formats/compression/detect-compression.ts';
import { compress } from './compress.ts';
import { buildTar, file, symlink, type TarEntrySpec } from './tar.ts';

export interface LayerSpec {
  /** Files as they lie in the layer: 'Files/…', 'Hives/…'. */
  entries: readonly TarEntrySpec[];
  /** Default gzip. */
  compression?: Compression;
  /** One of Microsoft's old base layers: foreign media type and a URL. */
  foreign?: boolean;
  /** Where a foreign layer may be fetched from, by its digest. */
  urls?: (digest: Digest) => readonly string[];
  /** Leave the blob out of whatever is written. */
  absent?: boolean;
}

export interface HistorySpec {
  created_by?: string;
  empty_layer?: boolean;
}

export interface ImageSpec {
  /** Default 'windows'. */
  os?: string;
  /** Default 'amd64'. */
  architecture?: string;
  /** Default '10.0.20348.2322'; '' for none. */
  osVersion?: string;
  layers?: readonly LayerSpec[];
  history?: readonly HistorySpec[];
  /** `NAME=value` lines. */
  env?: readonly string[];
  /** Members to set in the config document, or to remove by `undefined`. */
  config?: Readonly<Record<string, unknown>>;
  /** Members to set in the manifest document, or to remove by `undefined`. */
  manifest?: Readonly<Record<string, unknown>>;
}

export interface BuiltLayer {
  tar: Buffer;
  blob: Buffer;
  digest: Digest;
  diffId: Digest;
  mediaType: string;
  urls?: readonly string[];
  absent: boolean;
}

export interface BuiltImage {
  /** Of the manifest. */
  digest: Digest;
  manifest: Buffer;
  configDigest: Digest;
  config: Buffer;
  layers: readonly BuiltLayer[];
  platform: Readonly<Record<string, string>>;
}

/** An image with the entry it gets in the index of a layout, or in manifest.json. */
export interface ListedImage {
  image: BuiltImage;
  tag?: string;
  /** Platform of the index entry; default the image's own, `false` for none. */
  platform?: Readonly<Record<string, string>> | false;
  annotations?: Readonly<Record<string, string>>;
  /** List the image but leave its manifest, config and layers out. */
  absent?: boolean;
}

export type Listing = readonly (BuiltImage | ListedImage)[];

/** Files by path. */
export type FileSet = Map<string, Buffer>;

const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
const MANIFEST_TYPE = 'application/vnd.docker.distribution.manifest.v2+json';
const CONFIG_TYPE = 'application/vnd.docker.container.image.v1+json';
const LAYER_TYPES: Readonly<Record<Compression, string>> = {
  gzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  zstd: 'application/vnd.docker.image.rootfs.diff.tar.zstd',
  none: 'application/vnd.docker.image.rootfs.diff.tar',
};
const FOREIGN_LAYER_TYPE = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip';

/** An image; of one layer with one file when the specification names no layers. */
export function buildImage(spec: ImageSpec = {}): BuiltImage {
  const layers = (spec.layers ?? [{ entries: [file('Files/hello.txt', 'hello')] }]).map(buildLayer);
  const osVersion = spec.osVersion ?? '10.0.20348.2322';
  const platform = {
    architecture: spec.architecture ?? 'amd64',
    os: spec.os ?? 'windows',
    ...(osVersion !== '' && { 'os.version': osVersion }),
  };
  const config = json({
    ...platform,
    config: { Env: spec.env ?? null },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    history: spec.history ?? layers.map((_layer, index) => ({ created_by: `step ${index}` })),
    ...spec.config,
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: describe(CONFIG_TYPE, config),
    layers: layers.map((layer) => ({ ...describe(layer.mediaType, layer.blob), urls: layer.urls })),
    ...spec.manifest,
  });
  return { digest: digestOf(manifest), manifest, configDigest: digestOf(config), config, layers, platform };
}

/** The files of an OCI layout. `nested` puts an index of its own between index.json and the images. */
export function ociLayout(listing: Listing, options: { nested?: boolean } = {}): FileSet {
  const files: FileSet = new Map([['oci-layout', json({ imageLayoutVersion: '1.0.0' })]]);
  const index = indexOf(listing);
  if (options.nested) {
    addBlob(files, index);
    files.set('index.json', json({ schemaVersion: 2, manifests: [describe(INDEX_TYPE, index)] }));
  } else {
    files.set('index.json', index);
  }
  for (const { image, absent } of listing.map(listed)) if (!absent) addImage(files, image);
  return files;
}

/**
 * The files of a docker archive. `legacy` is what Docker before 25 wrote: a folder per layer, a repeated layer being a
 * symbolic link; `blobs` is the layout-like form since.
 */
export function dockerArchive(listing: Listing, style: 'legacy' | 'blobs' = 'legacy'): FileSet {
  const files: FileSet = new Map();
  const images = listing.map(listed).map(({ image, tag }) => {
    const config =
      style === 'legacy' ? `${digestHex(image.configDigest)}.json` : blobPath(image.configDigest);
    files.set(config, image.config);
    const paths = image.layers.map((layer) => {
      const path = style === 'legacy' ? `${digestHex(layer.diffId)}/layer.tar` : blobPath(layer.diffId);
      if (!layer.absent) files.set(path, layer.tar);
      return path;
    });
    const foreign = image.layers.filter((layer) => layer.urls !== undefined);
    const sources = foreign.map(({ diffId, mediaType, blob, urls }) => [
      diffId,
      { ...describe(mediaType, blob), urls },
    ]);
    return {
      Config: config,
      RepoTags: tag === undefined ? null : [tag],
      Layers: paths,
      ...(sources.length > 0 && { LayerSources: Object.fromEntries(sources) }),
    };
  });
  return files.set('manifest.json', json(images));
}

/** Writes files below `directory`. */
export function writeFiles(directory: string, files: FileSet): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
}

/** Writes files as one tar archive; `links` adds symbolic links, target by path. */
export function writeArchive(
  path: string,
  files: FileSet,
  options: { compression?: Compression; links?: Readonly<Record<string, string>> } = {},
): void {
  const links = Object.entries(options.links ?? {}).map(([from, to]) => symlink(from, to));
  const tar = buildTar([...[...files].map(([name, content]) => file(name, content)), ...links]);
  writeFileSync(path, compress(tar, options.compression ?? 'none'));
}

function buildLayer(spec: LayerSpec): BuiltLayer {
  const compression = spec.compression ?? 'gzip';
  const tar = buildTar(spec.entries);
  const blob = compress(tar, compression);
  const digest = digestOf(blob);
  return {
    tar,
    blob,
    digest,
    diffId: digestOf(tar),
    mediaType: spec.foreign ? FOREIGN_LAYER_TYPE : LAYER_TYPES[compression],
    ...(spec.foreign && { urls: spec.urls?.(digest) ?? [`https://mcr.example/v2/windows/blobs/${digest}`] }),
    absent: spec.absent ?? false,
  };
}

function indexOf(listing: Listing): Buffer {
  const manifests = listing.map(listed).map(({ image, tag, platform, annotations }) => ({
    ...describe(MANIFEST_TYPE, image.manifest),
    platform: platform === false ? undefined : (platform ?? image.platform),
    annotations: { ...(tag !== undefined && { 'org.opencontainers.image.ref.name': tag }), ...annotations },
  }));
  return json({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests });
}

function listed(item: BuiltImage | ListedImage): ListedImage {
  return 'image' in item ? item : { image: item };
}

function addImage(files: FileSet, image: BuiltImage): void {
  addBlob(files, image.manifest);
  addBlob(files, image.config);
  for (const layer of image.layers) if (!layer.absent) addBlob(files, layer.blob);
}

function addBlob(files: FileSet, content: Buffer): void {
  files.set(blobPath(digestOf(content)), content);
}

function blobPath(digest: Digest): string {
  return `blobs/sha256/${digestHex(digest)}`;
}

function describe(mediaType: string, content: Buffer) {
  return { mediaType, digest: digestOf(content), size: content.length };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
