// Puts together what manifest, config and history say about each layer.
import type { Digest } from '../base/digest.ts';
import { ImageError } from './image-error.ts';
import type { ImageConfig, LayerDescriptor } from './image-source.ts';

/** What is known of a layer's blob before the config is consulted. */
export interface StoredLayer {
  readonly digest: Digest | undefined;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly urls: readonly string[];
}

/**
 * Layers bottom first, each with its diff id and, when they correspond, its history line. Throws ImageError
 * `INVALID_DOCUMENT` when the config counts other layers than the manifest.
 */
export function describeLayers(
  stored: readonly StoredLayer[],
  config: ImageConfig,
  where: string,
): readonly LayerDescriptor[] {
  if (stored.length !== config.diffIds.length) {
    throw new ImageError(
      'INVALID_DOCUMENT',
      `${where} has ${stored.length} layers in its manifest but ${config.diffIds.length} in its config`,
    );
  }
  const steps = layerSteps(config);
  return stored.map((layer, index) => {
    const createdBy = steps[index];
    return {
      digest: layer.digest,
      diffId: config.diffIds[index]!,
      mediaType: layer.mediaType,
      sizeBytes: layer.sizeBytes,
      ...(layer.urls.length > 0 && { urls: layer.urls }),
      ...(createdBy !== undefined && { createdBy }),
      foreign: isForeign(layer),
    };
  });
}

/**
 * The history lines that made layers: BuildKit marks those that did not, the classic Windows builder makes a layer
 * for every line. When the counts differ nobody knows which belongs to which, so none is given.
 */
function layerSteps({ history, diffIds }: ImageConfig): readonly (string | undefined)[] {
  const steps = history.filter((entry) => !entry.emptyLayer);
  return steps.length === diffIds.length ? steps.map((entry) => entry.createdBy) : [];
}

/** Docker's and OCI's names for layers that registries need not store; some mirrors keep only the URLs. */
function isForeign({ mediaType, urls }: StoredLayer): boolean {
  return mediaType.includes('.foreign.') || mediaType.includes('.nondistributable.') || urls.length > 0;
}
