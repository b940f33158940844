// Opens a folder on disk as an image: `dir:PATH`.
import type { Notice } from '../../model/inventory.ts';
import { ImageError } from '../image-error.ts';
import type { Image, ImageConfig, LayerDescriptor } from '../image-source.ts';
import type { OpenOptions } from '../open-options.ts';
import { folderTar } from './folder-tar.ts';
import { findLayerFolders, type LayerFolder } from './layer-folders.ts';

/** A folder has no config: all that is known is that it was named for its Windows. */
const CONFIG: ImageConfig = { os: 'windows', architecture: 'unknown', env: [], history: [], diffIds: [] };

/** Throws ImageError `NOT_FOUND`, `UNREADABLE`, `NOT_AN_IMAGE`, `INVALID_DOCUMENT` or `PLATFORM_NOT_FOUND`. */
export async function openFolder(
  target: string,
  location: string,
  { selection }: OpenOptions,
): Promise<readonly Image[]> {
  if (selection?.platform !== undefined || selection?.latestOf !== undefined) {
    throw new ImageError(
      'PLATFORM_NOT_FOUND',
      `${target} is a folder without a platform; leave the choice out`,
    );
  }
  const { folders, missing } = await findLayerFolders(location.replace(/(?<=.)\/+$/, ''));
  const byLayer = new Map<LayerDescriptor, LayerFolder>(folders.map((folder) => [describe(folder), folder]));
  return [
    {
      target,
      digest: undefined,
      config: CONFIG,
      layers: [...byLayer.keys()],
      ...(missing.length > 0 && { notices: [notCopied(missing)] }),
      openLayer: (layer, options) => folderTar(byLayer.get(layer)!, options),
      close: async () => undefined,
    },
  ];
}

function describe({ path }: LayerFolder): LayerDescriptor {
  return {
    digest: undefined,
    diffId: undefined,
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    sizeBytes: 0,
    createdBy: path,
    foreign: false,
  };
}

function notCopied(missing: readonly string[]): Notice {
  const which = missing.length === 1 ? '1 lower layer' : `${missing.length} lower layers`;
  return {
    code: 'LAYERS_ABSENT',
    message: `${which} of the chain (${missing[0]}${missing.length > 1 ? ', …' : ''}) are not beside the folder: the registry is whole, but files that only they hold are missing here`,
    uncertain: true,
  };
}
