// Opens an image that a daemon has: `docker:NAME`, `podman:NAME`.
import { spoolArchive } from '../archive-file.ts';
import { ArchiveTree } from '../archive-tree.ts';
import { openSavedImage } from '../docker-archive.ts';
import { ImageError } from '../image-error.ts';
import type { Image } from '../image-source.ts';
import { openLayout } from '../oci-layout.ts';
import type { OpenOptions } from '../open-options.ts';
import { daemonAddress, type Engine } from './daemon-address.ts';
import { exportImage } from './daemon-client.ts';

/**
 * The archive is kept in a temporary file, since layers are not in it in the order in which they are wanted. Throws
 * ImageError.
 */
export async function openFromDaemon(
  engine: Engine,
  target: string,
  location: string,
  options: OpenOptions,
): Promise<readonly Image[]> {
  const { selection, environment = {} } = options;
  const address = daemonAddress(engine, environment);
  const archive = await spoolArchive(exportImage(engine, address, location), `${location} of ${engine}`);
  const tree = await ArchiveTree.of(archive, `the archive of ${location} that ${engine} gives`);
  try {
    // Docker with containerd's store saves whole indexes, of which manifest.json names one image, perhaps one that was
    // never pulled.
    return (await tree.sizeOf('index.json')) === undefined
      ? await openSavedImage(target, tree, undefined, selection)
      : await openLayout(target, tree, {}, options);
  } catch (error) {
    if (!(error instanceof ImageError) || error.code !== 'TAG_AMBIGUOUS') throw error;
    throw severalTags(engine, location);
  }
}

/** Docker saves all tags of a name that has none, though it runs the one that is called latest. */
function severalTags(engine: Engine, location: string): ImageError {
  return new ImageError(
    'TAG_AMBIGUOUS',
    `${engine} has several images of the name ${location}; add the tag, such as ${engine}:${location}:latest`,
  );
}
