// Opens the one image that a target names.
import type { Image } from '../../src/images/image-source.ts';
import { openImages } from '../../src/images/open-image.ts';
import type { OpenOptions } from '../../src/images/open-options.ts';

/** Throws when there are several. */
export async function openImage(target: string, options: OpenOptions = {}): Promise<Image> {
  const [image, ...others] = await openImages(target, options);
  if (!image || others.length > 0) throw new Error(`${target}: ${others.length + 1} images, expected one`);
  return image;
}
