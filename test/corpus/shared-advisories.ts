// Microsoft's real documents as the product's own advisories.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AdvisoriesStore } from '../../src/advisories/advisories-store.ts';
import { DirectoryFeed } from '../../src/advisories/directory-feed.ts';
import { updateAdvisories } from '../../src/advisories/update.ts';
import type { Advisories } from '../../src/model/advisories.ts';
import { SHARED_DATA } from './shared-data.ts';

/** When the documents were fetched. */
const NOW = new Date('2026-07-06T22:00:00Z');

export async function readSharedAdvisories(): Promise<Advisories> {
  const cache = mkdtempSync(join(tmpdir(), 'clearstory-corpus-'));
  try {
    const store = new AdvisoriesStore(cache);
    await updateAdvisories(new DirectoryFeed(join(SHARED_DATA, 'msrc')), store, NOW);
    return await store.load((await store.state())!);
  } finally {
    rmSync(cache, { recursive: true });
  }
}
