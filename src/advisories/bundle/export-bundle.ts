// Writes what one folder of advisories holds as a bundle.
import { gzipSync } from 'node:zlib';
import { AdvisoriesStore } from '../advisories-store.ts';
import { LibraryStore } from '../libraries/library-store.ts';
import { ADVISORIES_MEMBER } from './bundle-format.ts';
import { takeSnapshot } from './feed-snapshot.ts';
import { libraryMembers } from './library-members.ts';
import { type BundleMember, writeBundle } from './write-bundle.ts';

/** `libraries`: also what OSV says of libraries, some tens of megabytes, where it was fetched. */
export type BundleContent = 'advisories' | 'advisories and libraries';

/**
 * The bytes of the bundle, piece by piece. `folder` is a cache folder.
 * @throws AdvisoriesError NONE, CORRUPT_FILE
 */
export async function* exportBundle(folder: string, content: BundleContent): AsyncGenerator<Buffer> {
  yield* writeBundle(membersOf(folder, content));
}

async function* membersOf(folder: string, content: BundleContent): AsyncGenerator<BundleMember> {
  const snapshot = gzipSync(JSON.stringify(await takeSnapshot(new AdvisoriesStore(folder))));
  yield { name: ADVISORIES_MEMBER, bytes: snapshot.length, content: [snapshot] };
  if (content === 'advisories and libraries') yield* libraryMembers(new LibraryStore(folder));
}
