// Makes an image of what a source of manifests, configs and layers holds.
import { chooseManifest, readManifest, verifyDocument } from './choose-manifest.ts';
import { describeLayers } from './describe-layers.ts';
import { MAX_CONFIG_BYTES, parseImageConfig } from './image-config.ts';
import { ImageError } from './image-error.ts';
import type { ContentSource, Image } from './image-source.ts';
import { type Descriptor, isImageManifest } from './manifest.ts';
import type { PlatformFilter } from './platform.ts';

export interface OpenImageOptions {
  /** Chooses among the images of an index. */
  platform?: PlatformFilter;
}

/**
 * The image that `roots` lead to. Manifest and config are verified against their digests. The image takes over
 * `source` and closes it; when this throws, the source stays the caller's. Throws ImageError.
 */
export async function loadImage(
  target: string,
  source: ContentSource,
  roots: readonly Descriptor[],
  options: OpenImageOptions,
): Promise<Image> {
  const digest = await chooseManifest(source, roots, options.platform);
  const manifest = await readManifest(source, digest);
  if (manifest.kind === 'index' || !isImageManifest(manifest)) {
    throw new ImageError(
      'NOT_AN_IMAGE',
      `${digest} in ${source.where} is an artifact, not a container image`,
    );
  }
  const where = `config ${manifest.config.digest} of ${source.where}`;
  const bytes = await source.readBlob(manifest.config.digest, MAX_CONFIG_BYTES);
  verifyDocument(bytes, manifest.config.digest, where);
  const config = parseImageConfig(bytes, where);
  return {
    target,
    digest,
    config,
    layers: describeLayers(manifest.layers, config, `image ${digest} in ${source.where}`),
    openLayer: (layer, readOptions) => source.openLayer(layer, readOptions),
    close: () => source.close(),
  };
}
