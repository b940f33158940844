// A cache folder with advisories in it, made by updates from documents as a user makes one.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AdvisoriesStore } from '../../src/advisories/advisories-store.ts';
import { DirectoryFeed } from '../../src/advisories/directory-feed.ts';
import { LibraryStore } from '../../src/advisories/libraries/library-store.ts';
import { osvFeed } from '../../src/advisories/libraries/osv-feed.ts';
import { updateLibraries } from '../../src/advisories/libraries/update-libraries.ts';
import { updateAdvisories } from '../../src/advisories/update.ts';
import type { Advisories } from '../../src/model/advisories.ts';
import { type CvrfSpec, writeFeed } from './cvrf.ts';
import { buildOsvArchive, buildOsvRecord } from './osv.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** Brings the folder to what these documents say. */
export async function updateFolder(folder: string, documents: readonly CvrfSpec[], now: Date): Promise<void> {
  const feed = temporaryDirectory();
  await writeFeed(feed, documents);
  await updateAdvisories(new DirectoryFeed(feed), new AdvisoriesStore(folder), now);
}

/** Brings the libraries of the folder to this many advisories of npm, about `package-0`, `package-1`, …. */
export async function updateFolderLibraries(folder: string, count: number, now: Date): Promise<void> {
  const from = osvFolder(count);
  const store = new LibraryStore(folder);
  await updateLibraries(osvFeed(from, store.scratchFolder), store, now);
}

/** A directory of OSV with this many advisories of npm. */
export function osvFolder(count: number): string {
  const from = temporaryDirectory();
  mkdirSync(join(from, 'npm'));
  const records = Array.from({ length: count }, (_, index) =>
    buildOsvRecord(`GHSA-${index}`, `package-${index}`),
  );
  writeFileSync(join(from, 'npm', 'all.zip'), buildOsvArchive(records));
  return from;
}

/** What is in use in the folder. */
export async function advisoriesOf(folder: string): Promise<Advisories> {
  const store = new AdvisoriesStore(folder);
  return store.load((await store.state())!);
}

/** Advisories as plain data: entries are decoded when they are looked at, which comparing them does not do. */
export function plain({ products, entries, ...rest }: Advisories): unknown {
  return {
    ...rest,
    products: [...products],
    entries: entries.map((entry) => ({
      id: entry.id,
      title: entry.title,
      document: entry.document,
      component: entry.component,
      published: entry.published,
      exploited: entry.exploited,
      publiclyDisclosed: entry.publiclyDisclosed,
      affected: entry.affected,
      fixes: entry.fixes,
      severities: entry.severities,
      scores: entry.scores,
    })),
  };
}
