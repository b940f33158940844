// Reads manifests and indexes: Docker schema 2 and OCI (image-spec: manifest.md, image-index.md, descriptor.md).
import { type Digest, DigestError, parseDigest } from '../base/digest.ts';
import { ImageError } from './image-error.ts';
import { JsonDocument } from './json-document.ts';

/** Registries refuse larger ones (distribution-spec, "Pushing Manifests"). */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const DOCKER_INDEX = 'application/vnd.docker.distribution.manifest.list.v2+json';
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

/** '' stands for a config whose type is not stated; reading it will tell. */
const CONFIG_TYPES = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
  '',
];

/** A reference from one document to another, or to a layer. */
export interface Descriptor {
  /** '' when the document does not say. */
  readonly mediaType: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly urls: readonly string[];
  readonly annotations: ReadonlyMap<string, string>;
  readonly platform?: DescribedPlatform;
}

/** A platform as an index gives it, any part of which may be missing. */
export interface DescribedPlatform {
  readonly os?: string;
  readonly architecture?: string;
  readonly osVersion?: string;
}

export interface Manifest {
  readonly kind: 'manifest';
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

export interface ImageIndex {
  readonly kind: 'index';
  readonly manifests: readonly Descriptor[];
}

export function isIndexType(mediaType: string): boolean {
  return mediaType === OCI_INDEX || mediaType === DOCKER_INDEX;
}

export function isManifestType(mediaType: string): boolean {
  return mediaType === OCI_MANIFEST || mediaType === DOCKER_MANIFEST;
}

/** Whether a manifest describes an image at all, and not a signature, a chart or another artifact. */
export function isImageManifest(manifest: Manifest): boolean {
  return CONFIG_TYPES.includes(manifest.config.mediaType);
}

/**
 * Reads a manifest or an index; which of them, its content tells. Throws ImageError `INVALID_DOCUMENT`, and
 * `NOT_AN_IMAGE` for Docker's schema 1.
 */
export function parseManifest(bytes: Buffer, where: string): Manifest | ImageIndex {
  const document = JsonDocument.parse(bytes, where);
  if (document.has('fsLayers')) {
    throw new ImageError(
      'NOT_AN_IMAGE',
      `${where} is of Docker's schema 1, which is not supported; push the image anew`,
    );
  }
  // A document that is both would be read as one thing here and as another elsewhere (CVE-2021-41190).
  if (document.has('manifests') && (document.has('layers') || document.has('config'))) {
    throw document.invalid('is a manifest and an index at once');
  }
  if (document.has('manifests')) {
    return { kind: 'index', manifests: document.objects('manifests').map(readDescriptor) };
  }
  const config = document.object('config');
  if (config === undefined) throw document.invalid('is neither an image manifest nor an index');
  return {
    kind: 'manifest',
    config: readDescriptor(config),
    layers: document.objects('layers').map(readDescriptor),
  };
}

/** Reads a descriptor. Throws ImageError `INVALID_DOCUMENT`. */
export function readDescriptor(document: JsonDocument): Descriptor {
  const platform = document.object('platform');
  return {
    mediaType: document.string('mediaType') ?? '',
    digest: readDigest(document, document.string('digest') ?? ''),
    sizeBytes: document.size('size') ?? 0,
    urls: document.strings('urls'),
    annotations: document.object('annotations')?.stringMembers() ?? new Map(),
    ...(platform !== undefined && { platform: readPlatform(platform) }),
  };
}

/** `text` as a digest; `document` is what names it. Throws ImageError `INVALID_DOCUMENT`. */
export function readDigest(document: JsonDocument, text: string): Digest {
  try {
    return parseDigest(text);
  } catch (error) {
    if (error instanceof DigestError) throw document.invalid(`names content badly: ${error.message}`, error);
    throw error;
  }
}

function readPlatform(document: JsonDocument): DescribedPlatform {
  const os = document.text('os');
  const architecture = document.text('architecture');
  const osVersion = document.text('os.version');
  return {
    ...(os !== undefined && { os }),
    ...(architecture !== undefined && { architecture }),
    ...(osVersion !== undefined && { osVersion }),
  };
}
