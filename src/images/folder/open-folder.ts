// Opens a folder on disk as an image: `dir:PATH`.
import type { Notice } from '../../model/inventory.ts';
import { ImageError } from '../image-error.ts';
import type { Image, ImageConfig, LayerDescriptor } from '../image-source.ts';
import type { OpenOptions } from '../open-options.ts';
import { folderTar } from './folder-tar.ts';
import { findLayerFolders, type LayerFolder, type LayerFolders } from './layer-folders.ts';

/** A folder has no config: all that is known is that it was named for its Windows. */
const CONFIG: ImageConfig = { os: 'windows', architecture: 'unknown', env: [], history: [], diffIds: [] };

/** Throws ImageError `NOT_FOUND`, `UNREADABLE`, `TOO_LARGE`, `NOT_AN_IMAGE`, `INVALID_DOCUMENT` or `PLATFORM_NOT_FOUND`. */
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
  const found = await findLayerFolders(location);
  const byLayer = new Map<LayerDescriptor, LayerFolder>(
    found.folders.map((folder) => [describe(folder), folder]),
  );
  return [
    {
      target,
      digest: undefined,
      config: CONFIG,
      layers: [...byLayer.keys()],
      ...(found.missing.length > 0 && { notices: [notRead(found)] }),
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

function notRead({ folders, missing }: LayerFolders): Notice {
  const [gap] = missing;
  const which =
    missing.length === 1
      ? `1 lower layer of the chain (${gap}) is`
      : `${missing.length} lower layers of the chain (${gap}, …) are`;
  const registry =
    folders[0]?.kind === 'merged'
      ? 'the registry is whole, as Windows merged it, but files that only they hold are missing here'
      : 'their registry and files are missing here';
  return {
    code: 'LAYERS_ABSENT',
    message: `${which} not read, because ${gap} is not beside the folder: ${registry}; copy all folders of the chain`,
    uncertain: true,
  };
}
