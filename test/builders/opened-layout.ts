// Layouts in folders of their own, opened and closed again, for tests of what is opened or refused.
import { ImageError } from '../../src/images/image-error.ts';
import type { Image } from '../../src/images/image-source.ts';
import { parsePlatformFilter } from '../../src/images/platform.ts';
import { type Listing, ociLayout, writeFiles } from './image.ts';
import { openImage } from './open-image.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** The image that a target means; its layers cannot be opened any more. */
export async function opened(target: string, platform?: string): Promise<Image> {
  const image = await openImage(
    target,
    platform === undefined ? {} : { selection: { platform: parsePlatformFilter(platform) } },
  );
  await image.close();
  return image;
}

/** Why the target cannot be opened; throws when it can. */
export async function failure(target: string, platform?: string): Promise<ImageError> {
  const error = await opened(target, platform).catch((caught: unknown) => caught);
  if (error instanceof ImageError) return error;
  throw error instanceof Error ? error : new Error('no error was thrown');
}

/** Target of a fresh layout directory. */
export function layout(listing: Listing, options?: { nested?: boolean }): string {
  const directory = temporaryDirectory();
  writeFiles(directory, ociLayout(listing, options));
  return `oci-dir:${directory}`;
}
