// Opens an image by its target, `scheme:location`.
import { openDockerArchive } from './docker-archive.ts';
import { ImageError } from './image-error.ts';
import type { Image } from './image-source.ts';
import type { OpenImageOptions } from './load-image.ts';
import { openOciArchive, openOciDirectory } from './oci-layout.ts';

type Opener = (target: string, location: string, options: OpenImageOptions) => Promise<Image>;

/** Every place images can come from, by the prefix of its targets. */
const OPENERS: ReadonlyMap<string, Opener> = new Map([
  ['oci-dir', openOciDirectory],
  ['oci-archive', openOciArchive],
  ['docker-archive', openDockerArchive],
]);

/** `[registry[:port]/]name[:tag][@digest]`: the distribution reference grammar, as far as needed to recognise one. */
const REFERENCE = /^(?:[\w.-]+(?::\d+)?\/)?[a-z0-9._/-]+(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

/**
 * Opens the image at `target`: `oci-dir:PATH[:tag]`, `oci-archive:PATH[:tag]`, `docker-archive:PATH[:repository:tag]`;
 * each also with `@sha256:…` in place of the tag. The caller closes the image. Throws ImageError.
 */
export async function openImage(target: string, options: OpenImageOptions = {}): Promise<Image> {
  const colon = target.indexOf(':');
  const opener = OPENERS.get(target.slice(0, Math.max(colon, 0)));
  if (opener !== undefined) return opener(target, target.slice(colon + 1), options);

  const known = [...OPENERS.keys()].map((scheme) => `${scheme}:`).join(', ');
  const problem = REFERENCE.test(target)
    ? 'names an image in a registry, which is not supported yet; save it to a file and use one of'
    : 'does not start with one of';
  throw new ImageError('UNKNOWN_SCHEME', `${JSON.stringify(target)} ${problem} ${known}`);
}
