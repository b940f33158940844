// Opens images by their target: `scheme:location`, or the name of an image in a registry.
import { openDockerArchive } from './docker-archive.ts';
import { openFolder } from './folder/open-folder.ts';
import { ImageError } from './image-error.ts';
import type { Image } from './image-source.ts';
import { openOciArchive, openOciDirectory } from './oci-layout.ts';
import type { OpenOptions } from './open-options.ts';

type Opener = (target: string, location: string, options: OpenOptions) => Promise<readonly Image[]>;

/** Every place images can come from, by the prefix of its targets. */
const OPENERS: ReadonlyMap<string, Opener> = new Map([
  ['registry', openFromRegistry],
  ['oci-dir', openOciDirectory],
  ['oci-archive', openOciArchive],
  ['docker-archive', openDockerArchive],
  ['docker', daemonOpener('docker')],
  ['podman', daemonOpener('podman')],
  ['dir', openFolder],
]);

/**
 * Opens the images at `target`, mostly one: `oci-dir:PATH[:tag]`, `oci-archive:PATH[:tag]`,
 * `docker-archive:PATH[:repository:tag]`, each also with `@sha256:…` in place of the tag; `docker:NAME`, `podman:NAME`;
 * `dir:PATH`. Anything else is a name in a registry, as after `registry:`. The caller closes every image. Throws
 * ImageError.
 */
export async function openImages(target: string, options: OpenOptions = {}): Promise<readonly Image[]> {
  const colon = target.indexOf(':');
  const opener = OPENERS.get(target.slice(0, Math.max(colon, 0)));
  if (opener !== undefined) return opener(target, target.slice(colon + 1), options);
  if (/^(?:[a-z-]+:(?!\/\/))?[./~]|\.tar(?:\.gz|\.zst)?$/.test(target)) {
    const known = [...OPENERS.keys()].map((scheme) => `${scheme}:`).join(', ');
    throw new ImageError(
      'UNKNOWN_SCHEME',
      `${JSON.stringify(target)} looks like a file; say what it is by one of ${known}`,
    );
  }
  return openFromRegistry(target, target, options);
}

async function openFromRegistry(
  target: string,
  location: string,
  { registries, selection }: OpenOptions,
): Promise<readonly Image[]> {
  if (!registries) throw new ImageError('UNKNOWN_SCHEME', `${target}: registries are not available here`);
  return (await registries()).open(target, location, selection);
}

/** Loaded when it is asked for, like the registries. */
function daemonOpener(engine: 'docker' | 'podman'): Opener {
  return async (target, location, options) => {
    const { openFromDaemon } = await import('./daemon/open-daemon.ts');
    return openFromDaemon(engine, target, location, options);
  };
}
