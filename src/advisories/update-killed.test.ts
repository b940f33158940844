// An update killed at any moment leaves the old version or the new one, and the next update works.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type CvrfSpec, writeFeed } from '../../test/builders/cvrf.ts';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import { AdvisoriesStore } from './advisories-store.ts';
import { DirectoryFeed } from './directory-feed.ts';
import { updateAdvisories } from './update.ts';

const KILLS = 15;
const MAX_DELAY_MS = 150;
const PROGRAM = fileURLToPath(new URL('../../test/builders/update-forever.ts', import.meta.url));

/** A feed of three months of 200 entries, all with this title. */
function feedOf(title: string): CvrfSpec[] {
  return ['2026-Apr', '2026-May', '2026-Jun'].map((id) => ({
    id,
    products: { '1': 'One' },
    vulnerabilities: Array.from({ length: 200 }, (_, index) => ({
      id: `CVE-2026-${1000 + index}`,
      title,
      affected: ['1'],
    })),
  }));
}

/** Starts the program, waits until it updates, then kills it after a random delay. */
async function runAndKill(cache: string, feeds: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, cache, ...feeds], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await sleep(Math.random() * MAX_DELAY_MS);
  child.kill('SIGKILL');
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
}

test(`killed ${KILLS} times`, { timeout: 60_000 }, async () => {
  const root = temporaryDirectory();
  const feeds = [join(root, 'even'), join(root, 'odd')];
  const [even, odd] = feeds as [string, string];
  await writeFeed(even, feedOf('even'));
  await writeFeed(odd, feedOf('odd'));
  const cache = join(root, 'cache');
  const store = new AdvisoriesStore(cache);
  const titlesInUse = async (): Promise<string[]> => {
    const { entries } = await store.load((await store.state())!);
    expect(entries.length).toBe(600);
    return [...new Set(entries.map((entry) => entry.title))];
  };

  for (let kill = 0; kill < KILLS; kill++) {
    await runAndKill(cache, feeds);
    const [title, ...others] = await titlesInUse();
    expect(others, 'one version, not a mixture').toEqual([]);
    const other = title === 'even' ? odd : even;
    const result = await updateAdvisories(new DirectoryFeed(other), store, new Date());
    expect(result).toMatchObject({ changed: true, read: 3, refused: [], failures: [] });
    expect(await titlesInUse()).toEqual([title === 'even' ? 'odd' : 'even']);
  }
});
