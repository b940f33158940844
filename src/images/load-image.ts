// Makes images of what a source of manifests, configs and layers holds.
import type { Digest } from '../base/digest.ts';
import { chooseManifests, readManifest, type Selection, verifyDocument } from './choose-manifest.ts';
import { describeLayers } from './describe-layers.ts';
import { MAX_CONFIG_BYTES, parseImageConfig } from './image-config.ts';
import { ImageError } from './image-error.ts';
import type { ContentSource, Image } from './image-source.ts';
import { type Descriptor, isImageManifest } from './manifest.ts';

/**
 * The images that `roots` lead to, one at least. Manifests and configs are verified against their digests. The images
 * take over `source`, and the last one that is closed closes it; when this throws, the source stays the caller's.
 * Throws ImageError.
 */
export async function loadImages(
  target: string,
  source: ContentSource,
  roots: readonly Descriptor[],
  selection: Selection | undefined,
): Promise<readonly Image[]> {
  const digests = await chooseManifests(source, roots, selection);
  let open = digests.length;
  const close = async (): Promise<void> => {
    open--;
    if (open === 0) await source.close();
  };
  const images: Image[] = [];
  for (const digest of digests) images.push({ ...(await loadImage(target, source, digest)), close });
  return images;
}

async function loadImage(target: string, source: ContentSource, digest: Digest): Promise<Image> {
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
    openLayer: (layer, options) => source.openLayer(layer, options),
    rejectLayer: (layer) => source.rejectLayer?.(layer) ?? false,
    close: () => source.close(),
  };
}
