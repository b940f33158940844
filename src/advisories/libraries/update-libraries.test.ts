// Updates from a directory and over HTTP: what changes, what stays, what is refused.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildOsvArchive, buildOsvRecord } from '../../../test/builders/osv.ts';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import type { Dependency } from '../../model/dependency.ts';
import { LibraryStore } from './library-store.ts';
import { osvFeed } from './osv-feed.ts';
import { type LibraryUpdateResult, updateLibraries } from './update-libraries.ts';

const NOW = new Date('2026-02-01T00:00:00Z');
const HOUR = 60 * 60 * 1000;

const records = (count: number) =>
  Array.from({ length: count }, (_, index) => buildOsvRecord(`GHSA-${index}`, `package-${index}`));

const npm = (name: string): Dependency => ({ ecosystem: 'npm', name, version: '1.0.0' });

async function idsOf(store: LibraryStore, dependency: Dependency): Promise<string[]> {
  const advisories = await store.load((await store.state())!, [dependency]);
  return advisories.of(dependency).map(({ id }) => id);
}

function folderWith(archives: Readonly<Record<string, Uint8Array>>): string {
  const folder = temporaryDirectory();
  for (const [name, archive] of Object.entries(archives)) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'all.zip'), archive);
  }
  return folder;
}

describe('from a directory', () => {
  const update = (from: string, store: LibraryStore, now = NOW): Promise<LibraryUpdateResult> =>
    updateLibraries(osvFeed(from, store.scratchFolder), store, now);

  test('what is there is read, what is not is no failure', async () => {
    const store = new LibraryStore(temporaryDirectory());
    const pypi = buildOsvRecord('PYSEC-1', 'Zope.Interface', {}, 'PyPI');
    const result = await update(
      folderWith({ npm: buildOsvArchive(records(3)), PyPI: buildOsvArchive([pypi]) }),
      store,
    );
    expect(result).toMatchObject({ read: ['npm', 'PyPI'], refused: [], failures: [] });
    expect(result.state.fetchedAt).toBe(NOW.toISOString());
    expect(await idsOf(store, npm('package-2'))).toEqual(['GHSA-2']);
    expect(await idsOf(store, { ecosystem: 'pypi', name: 'zope_interface', version: '1' })).toEqual([
      'PYSEC-1',
    ]);
  });

  test('single records do as well', async () => {
    const folder = temporaryDirectory();
    mkdirSync(join(folder, 'npm'));
    writeFileSync(join(folder, 'npm', 'GHSA-0.json'), JSON.stringify(records(1)[0]));
    const store = new LibraryStore(temporaryDirectory());
    expect((await update(folder, store)).read).toEqual(['npm']);
    expect(await idsOf(store, npm('package-0'))).toEqual(['GHSA-0']);
  });

  test('nothing changed, nothing is read; files of versions before the last go', async () => {
    const cache = temporaryDirectory();
    const store = new LibraryStore(cache);
    const folder = folderWith({ npm: buildOsvArchive(records(3)) });
    await update(folder, store);
    expect((await update(folder, store)).read).toEqual([]);
    for (const count of [4, 5, 6]) {
      writeFileSync(join(folder, 'npm', 'all.zip'), buildOsvArchive(records(count)));
      expect((await update(folder, store)).read).toEqual(['npm']);
    }
    expect(readdirSync(join(cache, 'osv')).filter((name) => name.endsWith('.bin'))).toHaveLength(2);
  });

  test('an archive that lost entries is refused until it was seen three times over three days', async () => {
    const store = new LibraryStore(temporaryDirectory());
    const folder = folderWith({ npm: buildOsvArchive(records(100)) });
    await update(folder, store);
    writeFileSync(join(folder, 'npm', 'all.zip'), buildOsvArchive(records(97)));
    const later = (hours: number): Date => new Date(NOW.getTime() + hours * HOUR);
    for (const [hours, isRefused] of [
      [1, true],
      [2, true],
      [3, true],
      [74, false],
    ] as const) {
      const { refused, read } = await update(folder, store, later(hours));
      expect([refused.length, read.length], `after ${hours} h`).toEqual(isRefused ? [1, 0] : [0, 1]);
      expect(await idsOf(store, npm('package-99'))).toEqual(isRefused ? ['GHSA-99'] : []);
    }
  });

  test('a few entries less are no reason to doubt, absence deletes nothing', async () => {
    const store = new LibraryStore(temporaryDirectory());
    const folder = folderWith({ npm: buildOsvArchive(records(100)) });
    await update(folder, store);
    writeFileSync(join(folder, 'npm', 'all.zip'), buildOsvArchive(records(98)));
    expect((await update(folder, store)).read).toEqual(['npm']);
    rmSync(join(folder, 'npm'), { recursive: true });
    expect(await update(folder, store)).toMatchObject({ read: [], refused: [], failures: [] });
    expect(await idsOf(store, npm('package-97'))).toEqual(['GHSA-97']);
  });

  test('a damaged archive leaves what was known, and is named', async () => {
    const store = new LibraryStore(temporaryDirectory());
    const folder = folderWith({ npm: buildOsvArchive(records(3)) });
    await update(folder, store);
    writeFileSync(join(folder, 'npm', 'all.zip'), buildOsvArchive(records(9)).subarray(0, 900));
    const { failures, state } = await update(folder, store, new Date(NOW.getTime() + HOUR));
    expect(failures.map(({ message }) => message)).toEqual([
      expect.stringMatching(/npm\/all\.zip: .*stays$/),
    ]);
    expect(state.fetchedAt).toBe(NOW.toISOString());
    expect(await idsOf(store, npm('package-2'))).toEqual(['GHSA-2']);
  });

  test('a directory that is not there is said so', async () => {
    const store = new LibraryStore(temporaryDirectory());
    const { failures } = await update('/nowhere', store);
    expect(failures[0]?.message).toBe('/nowhere: no such directory; it holds <Ecosystem>/all.zip');
    expect(await store.state()).toBeUndefined();
  });
});

describe('over HTTP', () => {
  /** Serves npm with `respond`, and nothing else. */
  async function bucket(
    respond: (response: ServerResponse, etag: string | undefined) => void,
  ): Promise<string> {
    const server = createServer((request, response) => {
      if (request.url === '/osv/npm/all.zip') respond(response, request.headers['if-none-match']);
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/osv/`;
  }

  test('unchanged by its ETag it is not sent again', async () => {
    let sent = 0;
    const from = await bucket((response, etag) => {
      if (etag === '"1"') response.writeHead(304).end();
      else {
        sent++;
        response.writeHead(200, { etag: '"1"' }).end(buildOsvArchive(records(3)));
      }
    });
    const store = new LibraryStore(temporaryDirectory());
    expect((await updateLibraries(osvFeed(from, store.scratchFolder), store, NOW)).read).toEqual(['npm']);
    expect(await updateLibraries(osvFeed(from, store.scratchFolder), store, NOW)).toMatchObject({
      read: [],
      failures: [],
    });
    expect(sent).toBe(1);
    expect(await idsOf(store, npm('package-0'))).toEqual(['GHSA-0']);
  });

  test.each<[string, (response: ServerResponse) => void, RegExp]>([
    [
      'forbidden',
      (response) => response.writeHead(403).end('no'),
      /answered HTTP 403; check the network, or read a mirror or a directory/,
    ],
    ['a page', (response) => response.end('<html>log in</html>'), /does not end as a zip archive does/],
    [
      'cut',
      (response) => {
        const archive = buildOsvArchive(records(500));
        response.writeHead(200, { 'content-length': archive.length });
        response.write(archive.subarray(0, 5000));
        setTimeout(() => response.destroy(), 20);
      },
      /all\.zip: /,
    ],
  ])(
    '%s: one sentence with the address, and what was known stays',
    { timeout: 60_000 },
    async (_what, fail, says) => {
      let isBroken = false;
      const from = await bucket((response) => {
        if (isBroken) fail(response);
        else response.end(buildOsvArchive(records(3)));
      });
      const store = new LibraryStore(temporaryDirectory());
      await updateLibraries(osvFeed(from, store.scratchFolder), store, NOW);
      isBroken = true;
      const { failures } = await updateLibraries(osvFeed(from, store.scratchFolder), store, NOW);
      expect(failures).toHaveLength(1);
      expect(failures[0]?.message).toMatch(says);
      expect(failures[0]?.message).toContain('/osv/npm/all.zip');
      expect(await idsOf(store, npm('package-2'))).toEqual(['GHSA-2']);
    },
  );
});
