// Ids of packages that say what a package is and not where it lies, so that equal ones have one id in every image.
import { createHash } from 'node:crypto';

/** 16 hex digits: names come from images and may hold anything, an id is a key of documents and part of keys in the store. */
export function packageId(name: string, version: string): string {
  return createHash('sha256')
    .update(JSON.stringify([name, version]))
    .digest('hex')
    .slice(0, 16);
}
