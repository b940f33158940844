// The version of what is known of libraries, and of it together with Microsoft's advisories.
import { createHash } from 'node:crypto';
import type { LibraryState } from '../../advisories/libraries/library-store.ts';

/** Changes exactly when a file of one ecosystem does: 8 hex digits. */
export function libraryVersion({ ecosystems }: LibraryState): string {
  const files = Object.values(ecosystems)
    .map(({ file }) => file)
    .sort();
  return createHash('sha256').update(files.join()).digest('hex').slice(0, 8);
}

/** Reports change when either part does, so a version in the store is one of both. */
export function versionOfBoth(advisories: string, libraries: LibraryState | undefined): string {
  return libraries ? `${advisories}-${libraryVersion(libraries)}` : advisories;
}
