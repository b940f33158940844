// Two versions of the advisories in the store: all that Microsoft published, and the same without one late month.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeAdvisories } from '../../src/advisories/advisories-file.ts';
import { AdvisoriesStore } from '../../src/advisories/advisories-store.ts';
import { DirectoryFeed } from '../../src/advisories/directory-feed.ts';
import { compareDocumentIds } from '../../src/advisories/document-id.ts';
import { updateAdvisories } from '../../src/advisories/update.ts';
import { AdvisoriesVersions, type StoredVersion } from '../../src/store/advisories-versions.ts';
import type { Database } from '../../src/store/database.ts';

export interface TwoVersions {
  readonly before: StoredVersion;
  readonly now: StoredVersion;
  /** `2026-Jun`. */
  readonly month: string;
}

const LATE_MONTHS = 3;

export async function storeTwoVersions(database: Database, feed: string): Promise<TwoVersions> {
  const folder = mkdtempSync(join(tmpdir(), 'clearstory-bench-'));
  try {
    const store = new AdvisoriesStore(folder);
    const fetchedAt = new Date();
    await updateAdvisories(new DirectoryFeed(feed), store, fetchedAt);
    const state = await store.state();
    const records = await store.records(state!);
    // The newest may have just begun.
    const late = [...records].sort((one, other) => compareDocumentIds(one.id, other.id)).slice(-LATE_MONTHS);
    const month = late.sort((one, other) => other.entries.length - one.entries.length)[0]!.id;
    const versions = new AdvisoriesVersions(database);
    const add = (kept: typeof records): Promise<StoredVersion> =>
      versions.add({ ...encodeAdvisories(kept), fetchedAt: fetchedAt.toISOString() });
    return { before: await add(records.filter(({ id }) => id !== month)), now: await add(records), month };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
