// Splits the location of a target into the path of a file and what to choose inside it.
import { stat } from 'node:fs/promises';
import { type Digest, parseDigest } from '../base/digest.ts';
import { fileFailure } from './image-error.ts';

export interface Location {
  readonly path: string;
  /** Whether the path is a directory. */
  readonly isDirectory: boolean;
  /** What follows the path after ':' */
  readonly tag?: string;
  /** What follows the path after '@'. */
  readonly digest?: Digest;
}

/**
 * Reads `PATH`, `PATH:tag` or `PATH@sha256:…`. Paths and tags may both hold colons, so the file system decides: the
 * longest path that exists is meant. Throws ImageError `NOT_FOUND` or `UNREADABLE`.
 */
export async function locate(location: string): Promise<Location> {
  const whole = await isDirectory(location);
  if (whole !== undefined) return { path: location, isDirectory: whole };

  const [, beforeDigest, digest] = /^(.+)@(sha256:[0-9a-f]{64})$/.exec(location) ?? [];
  if (beforeDigest !== undefined && digest !== undefined) {
    const isFolder = await isDirectory(beforeDigest);
    if (isFolder !== undefined)
      return { path: beforeDigest, isDirectory: isFolder, digest: parseDigest(digest) };
  }
  for (let colon = location.lastIndexOf(':'); colon > 0; colon = location.lastIndexOf(':', colon - 1)) {
    const path = location.slice(0, colon);
    const isFolder = await isDirectory(path);
    if (isFolder !== undefined) return { path, isDirectory: isFolder, tag: location.slice(colon + 1) };
  }
  throw fileFailure(location, { code: 'ENOENT' });
}

/** `undefined` when there is nothing at `path`. */
async function isDirectory(path: string): Promise<boolean | undefined> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    const failure = fileFailure(path, error);
    if (failure.code === 'NOT_FOUND') return undefined;
    throw failure;
  }
}
