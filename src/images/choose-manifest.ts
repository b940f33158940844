// Finds, among all an index lists, the images that are meant.
import { type Digest, digestOf } from '../base/digest.ts';
import { parseWindowsVersion } from '../model/windows-version.ts';
import { MAX_CONFIG_BYTES, parseImageConfig } from './image-config.ts';
import { ImageError } from './image-error.ts';
import type { ContentSource } from './image-source.ts';
import {
  type DescribedPlatform,
  type Descriptor,
  type ImageIndex,
  isImageManifest,
  isIndexType,
  isManifestType,
  MAX_MANIFEST_BYTES,
  type Manifest,
  parseManifest,
} from './manifest.ts';
import { formatPlatform, matchesPlatform, type Platform, type PlatformFilter } from './platform.ts';

/** Real indexes are nested once at most (a layout's index.json around the image's own); deeper is a maze. */
const MAX_INDEX_DEPTH = 4;

/** The largest multi-platform images list some dozens. */
const MAX_INDEXES = 100;

/** Marks BuildKit's attestations, which look like images. */
const ATTESTATION = 'vnd.docker.reference.type';

interface PlacedManifest {
  readonly digest: Digest;
  readonly platform: Platform;
}

/** Which of several images are meant. Nothing given: the one for Windows, or all when there is nothing else. */
export interface Selection {
  readonly platform?: PlatformFilter;
  /** Every one that matches, however many. */
  readonly all?: boolean;
  /** Of the images with this build of Windows, the one with the highest revision. */
  readonly latestOf?: number;
}

/**
 * The digests of the image manifests that are meant by `roots`, the top-level entries of a layout or registry; one at
 * least. Exactly one image is taken whatever it is. Throws ImageError `NOT_AN_IMAGE`, `PLATFORM_NOT_FOUND`, or
 * `PLATFORM_AMBIGUOUS` with a list of choices.
 */
export async function chooseManifests(
  source: ContentSource,
  roots: readonly Descriptor[],
  selection: Selection = {},
): Promise<readonly Digest[]> {
  const { platform, all, latestOf } = selection;
  const isOpen = platform === undefined && latestOf === undefined;
  const listed = await listManifests(source, roots);
  const held = await onlyHeld(source, listed);
  if (held.length === 1 && isOpen) return [held[0]!.digest];

  const images = await placeManifests(source, held);
  if (images.length === 0) throw new ImageError('NOT_AN_IMAGE', `${source.where} holds no container image`);
  if (images.length === 1 && isOpen) return [images[0]!.digest];

  const matching = images.filter((image) => matchesPlatform(platform ?? { os: 'windows' }, image.platform));
  const wanted = latestOf === undefined ? matching : latest(matching, latestOf);
  if (wanted.length === 0) throw noneFound(source, images, selection);
  const isWindowsOnly = isOpen && wanted.length === images.length;
  if (wanted.length === 1 || all || isWindowsOnly) return wanted.map(({ digest }) => digest);
  throw ambiguous(source, wanted);
}

/** Those with the highest revision of a build; more than one when there are several architectures. */
function latest(images: readonly PlacedManifest[], build: number): PlacedManifest[] {
  const versions = images.map(({ platform }) => parseWindowsVersion(platform.osVersion ?? ''));
  const highest = Math.max(...versions.map((version) => (version?.build === build ? version.revision : -1)));
  return images.filter(
    (_, index) => versions[index]?.build === build && versions[index]?.revision === highest,
  );
}

/** The content of a manifest or index, verified. */
export async function readManifest(source: ContentSource, digest: Digest): Promise<Manifest | ImageIndex> {
  const bytes = await source.readManifest(digest, MAX_MANIFEST_BYTES);
  const where = `manifest ${digest} of ${source.where}`;
  verifyDocument(bytes, digest, where);
  return parseManifest(bytes, where);
}

/** Throws ImageError `DIGEST_MISMATCH` unless `digest` is that of `bytes`. */
export function verifyDocument(bytes: Buffer, digest: Digest, where: string): void {
  const actual = digestOf(bytes);
  if (actual === digest) return;
  throw new ImageError(
    'DIGEST_MISMATCH',
    `${where} has digest ${actual}; it is damaged or was tampered with`,
  );
}

/** All image manifests that `roots` lead to, each once, attestations left out. */
async function listManifests(source: ContentSource, roots: readonly Descriptor[]): Promise<Descriptor[]> {
  const found = new Map<Digest, Descriptor>();
  const visited = new Set<Digest>();

  async function visit(descriptors: readonly Descriptor[], depth: number): Promise<void> {
    for (const descriptor of descriptors) {
      if (isAttestation(descriptor) || visited.has(descriptor.digest)) continue;
      if (isManifestType(descriptor.mediaType)) {
        found.set(descriptor.digest, descriptor);
      } else if (isIndexType(descriptor.mediaType) || descriptor.mediaType === '') {
        visited.add(descriptor.digest);
        if (depth === MAX_INDEX_DEPTH || visited.size > MAX_INDEXES) throw maze(source);
        // An index may list sub-indexes that a partial copy lacks.
        if (depth > 0 && !(await source.hasManifest(descriptor.digest))) continue;
        const document = await readManifest(source, descriptor.digest);
        if (document.kind === 'index') await visit(document.manifests, depth + 1);
        else found.set(descriptor.digest, descriptor);
      }
    }
  }

  await visit(roots, 0);
  return [...found.values()];
}

function isAttestation(descriptor: Descriptor): boolean {
  return descriptor.platform?.os === 'unknown' || descriptor.annotations.has(ATTESTATION);
}

/**
 * Docker saves the whole index of a multi-platform image with the manifests of the one platform it pulled. When
 * nothing is held, all are kept, so that reading says which one is missing.
 */
async function onlyHeld(
  source: ContentSource,
  manifests: readonly Descriptor[],
): Promise<readonly Descriptor[]> {
  const held: Descriptor[] = [];
  for (const manifest of manifests) if (await source.hasManifest(manifest.digest)) held.push(manifest);
  return held.length > 0 ? held : manifests;
}

/** Manifests with their platforms; those that turn out not to be images are left out. */
async function placeManifests(
  source: ContentSource,
  manifests: readonly Descriptor[],
): Promise<PlacedManifest[]> {
  const placed: PlacedManifest[] = [];
  for (const { digest, platform: described } of manifests) {
    const platform = completePlatform(described) ?? (await platformOfConfig(source, digest));
    if (platform !== undefined && platform.os !== 'unknown') placed.push({ digest, platform });
  }
  return placed;
}

/** What the index says, if that is enough: Windows images differ by version, so theirs must be known. */
function completePlatform(platform: DescribedPlatform | undefined): Platform | undefined {
  if (platform?.os === undefined || platform.architecture === undefined) return undefined;
  if (platform.os === 'windows' && platform.osVersion === undefined) return undefined;
  return { ...platform, os: platform.os, architecture: platform.architecture };
}

async function platformOfConfig(source: ContentSource, digest: Digest): Promise<Platform | undefined> {
  const manifest = await readManifest(source, digest);
  if (manifest.kind === 'index' || !isImageManifest(manifest)) return undefined;
  const bytes = await source.readBlob(manifest.config.digest, MAX_CONFIG_BYTES);
  const where = `config ${manifest.config.digest} of ${source.where}`;
  verifyDocument(bytes, manifest.config.digest, where);
  return parseImageConfig(bytes, where);
}

function noneFound(
  source: ContentSource,
  images: readonly PlacedManifest[],
  { platform, latestOf }: Selection,
): ImageError {
  const platforms = [...new Set(images.map((image) => formatPlatform(image.platform)))].sort().join(', ');
  const wanted = [
    ...(platform === undefined ? [] : [formatPlatform(platform)]),
    ...(latestOf === undefined ? [] : [`build ${latestOf}`]),
  ];
  const missing = wanted.length === 0 ? 'no Windows image' : `nothing for ${wanted.join(' with ')}`;
  return new ImageError('PLATFORM_NOT_FOUND', `${source.where} holds ${platforms} but ${missing}`);
}

/** Lists the choices. Images of the very same platform can only be told apart by digest. */
function ambiguous(source: ContentSource, images: readonly PlacedManifest[]): ImageError {
  const choices = images.map(({ digest, platform }) => {
    const name = formatPlatform(platform);
    const isUnique = images.filter((other) => formatPlatform(other.platform) === name).length === 1;
    return isUnique ? `--platform ${name}` : `@${digest} at the end of the image's name (${name})`;
  });
  const list = choices.sort().map((choice) => `  ${choice}`);
  return new ImageError(
    'PLATFORM_AMBIGUOUS',
    `${source.where} holds ${images.length} images that match; choose one, or take --all:\n${list.join('\n')}`,
  );
}

function maze(source: ContentSource): ImageError {
  return new ImageError(
    'INVALID_DOCUMENT',
    `${source.where} nests indexes deeper than ${MAX_INDEX_DEPTH} or holds over ${MAX_INDEXES} of them`,
  );
}
