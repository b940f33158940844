// Updates of CISA's catalogue and of EPSS from a server and from files: guarded, conditional, whole or not at all.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { serveOnLoopback } from '../../../test/builders/loopback-server.ts';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import { buildEpss, buildKev, buildKevEntry, buildKevOf } from '../../../test/builders/threats.ts';
import { THREAT_FEEDS } from './threat-feed.ts';
import { ThreatStore } from './threat-store.ts';
import { type ThreatUpdateResult, updateThreats } from './update-threats.ts';

const NOW = new Date('2026-01-02T00:00:00Z');
const HOUR = 60 * 60 * 1000;
const later = (hours: number): Date => new Date(NOW.getTime() + hours * HOUR);

const [KEV, EPSS] = THREAT_FEEDS as [(typeof THREAT_FEEDS)[0], (typeof THREAT_FEEDS)[0]];
const LAST = 'CVE-2025-1099';

const updateKev = (from: string, store: ThreatStore, now = NOW): Promise<ThreatUpdateResult> =>
  updateThreats([{ feed: KEV, from }], store, now);

async function knows(store: ThreatStore, id: string): Promise<boolean> {
  return (await store.load(await store.state())).knownExploited(id) !== undefined;
}

async function serving(
  answer: (response: ServerResponse, headers: IncomingHttpHeaders) => void,
): Promise<string> {
  const server = await serveOnLoopback((request, response) => answer(response, request.headers));
  onTestFinished(() => server.close());
  return `${server.url}/feed`;
}

describe('from files', () => {
  test('both, gzipped or not; nothing is read twice', async () => {
    const folder = temporaryDirectory();
    const store = new ThreatStore(join(folder, 'cache'));
    writeFileSync(join(folder, 'kev'), buildKevOf(100));
    writeFileSync(join(folder, 'epss'), gzipSync(buildEpss([['CVE-2025-1000', 0.5, 0.9]])));
    const requests = [
      { feed: KEV, from: join(folder, 'kev') },
      { feed: EPSS, from: join(folder, 'epss') },
    ];
    const first = await updateThreats(requests, store, NOW);
    expect(first).toMatchObject({ read: ['kev', 'epss'], refused: [], failures: [] });
    const threats = await store.load(await store.state());
    expect(threats.knownExploited('CVE-2025-1000')).toEqual({
      added: '2025-06-10',
      due: '2025-07-01',
      ransomware: false,
    });
    expect(threats.prediction('CVE-2025-1000')).toEqual({ probability: 0.5, percentile: 0.9 });
    expect(threats.knownExploited('CVE-2025-0999')).toBeUndefined();
    const second = await updateThreats(requests, store, later(1));
    expect(second).toMatchObject({ read: [], refused: [], failures: [] });
    expect(second.state.kev?.fetchedAt).toBe(later(1).toISOString());
  });

  test('files of versions before the last go', async () => {
    const folder = temporaryDirectory();
    const store = new ThreatStore(folder);
    for (const count of [100, 101, 102, 103]) {
      writeFileSync(join(folder, 'kev'), buildKevOf(count));
      expect((await updateKev(join(folder, 'kev'), store)).read).toEqual(['kev']);
    }
    expect(readdirSync(join(folder, 'threats'))).toHaveLength(3);
  });

  test('what lost over 2 % is refused until it was seen three times over three days', async () => {
    const folder = temporaryDirectory();
    const store = new ThreatStore(folder);
    const path = join(folder, 'kev');
    writeFileSync(path, buildKevOf(100));
    await updateKev(path, store);
    writeFileSync(path, buildKevOf(97));
    for (const [hours, isRefused] of [
      [1, true],
      [2, true],
      [3, true],
      [74, false],
    ] as const) {
      const { refused, read, state } = await updateKev(path, store, later(hours));
      expect([refused.length, read.length], `after ${hours} h`).toEqual(isRefused ? [1, 0] : [0, 1]);
      expect(await knows(store, LAST)).toBe(isRefused);
      // What is in use is as old as it is.
      if (isRefused) expect(state.kev?.fetchedAt).toBe(NOW.toISOString());
    }
  });

  test('a few less are believed, an older document is not', async () => {
    const folder = temporaryDirectory();
    const store = new ThreatStore(folder);
    const path = join(folder, 'kev');
    writeFileSync(path, buildKevOf(100));
    await updateKev(path, store);
    writeFileSync(path, buildKevOf(98));
    expect((await updateKev(path, store)).read).toEqual(['kev']);
    writeFileSync(path, buildKevOf(100, { dateReleased: '2025-12-01T00:00:00Z' }));
    const { refused } = await updateKev(path, store);
    expect(refused).toMatchObject([{ refusal: { reason: 'older', reads: 1 } }]);
    expect(await knows(store, LAST)).toBe(false);
  });

  test('the loss of one feed is no matter of the other; a mirror is guarded too', async () => {
    const folder = temporaryDirectory();
    const store = new ThreatStore(folder);
    writeFileSync(join(folder, 'one'), buildKevOf(100));
    await updateKev(join(folder, 'one'), store);
    writeFileSync(join(folder, 'mirror'), buildKevOf(50));
    writeFileSync(join(folder, 'epss'), buildEpss([['CVE-2025-1000', 0.5, 0.9]]));
    const result = await updateThreats(
      [
        { feed: KEV, from: join(folder, 'mirror') },
        { feed: EPSS, from: join(folder, 'epss') },
      ],
      store,
      NOW,
    );
    expect([result.refused.map(({ feed }) => feed.name), result.read]).toEqual([['kev'], ['epss']]);
  });

  test('a damaged file of our own is told, and built anew from a document that has not changed', async () => {
    const folder = temporaryDirectory();
    const store = new ThreatStore(folder);
    const path = join(folder, 'kev');
    writeFileSync(path, buildKevOf(100));
    const { state } = await updateKev(path, store);
    const file = join(folder, 'threats', state.kev!.file);
    const bytes = readFileSync(file);
    bytes[100]! ^= 1;
    writeFileSync(file, bytes);
    await expect(store.load(await store.state())).rejects.toMatchObject({
      code: 'CORRUPT_FILE',
      message: expect.stringMatching(/checksum .*run "clearstory update --with kev"/),
    });
    expect((await updateKev(path, store)).read).toEqual(['kev']);
    expect(await knows(store, LAST)).toBe(true);
  });

  test.each(['', '[]', 'null', '{"kev":null}', '{"kev":{"from":1}}', '{"kev":'])(
    'a state of %j is none',
    async (text) => {
      const folder = temporaryDirectory();
      const store = new ThreatStore(folder);
      writeFileSync(join(folder, 'kev'), buildKevOf(1));
      await updateKev(join(folder, 'kev'), store);
      writeFileSync(join(folder, 'threats', 'state.json'), text);
      expect(await store.state()).toEqual({});
      expect((await store.load({})).kevFetchedAt).toBeUndefined();
    },
  );

  test.each([
    [(folder: string) => join(folder, 'nowhere'), /nowhere: there is no such file; --kev names/],
    [(folder: string) => folder, /is no file; --kev names/],
  ])('what is no file is said so, and nothing is kept', async (path, says) => {
    const folder = temporaryDirectory();
    const store = new ThreatStore(folder);
    const { failures, state } = await updateKev(path(folder), store);
    expect(failures.map(({ message }) => message)).toEqual([expect.stringMatching(says)]);
    expect(state).toEqual({});
  });
});

describe('over HTTP', () => {
  test.each([
    ['etag', '"1"', 'if-none-match'],
    ['last-modified', 'Thu, 01 Jan 2026 00:00:00 GMT', 'if-modified-since'],
  ])('unchanged by its %s it is not sent again', async (name, value, condition) => {
    let sent = 0;
    const from = await serving((response, headers) => {
      if (headers[condition] === value) return response.writeHead(304).end();
      sent++;
      return response.writeHead(200, { [name]: value }).end(buildKevOf(100));
    });
    const store = new ThreatStore(temporaryDirectory());
    expect((await updateKev(from, store)).read).toEqual(['kev']);
    expect(await updateKev(from, store, later(1))).toMatchObject({ read: [], failures: [] });
    expect(sent).toBe(1);
    expect(await knows(store, LAST)).toBe(true);
  });

  test('a refused document is asked for again, whatever its ETag', async () => {
    let count = 100;
    const from = await serving((response, headers) => {
      if (headers['if-none-match'] === `"${count}"`) response.writeHead(304).end();
      else response.writeHead(200, { etag: `"${count}"` }).end(buildKevOf(count));
    });
    const store = new ThreatStore(temporaryDirectory());
    await updateKev(from, store);
    count = 50;
    for (const hours of [1, 2]) {
      expect((await updateKev(from, store, later(hours))).refused).toHaveLength(1);
    }
    expect((await updateKev(from, store, later(74))).read).toEqual(['kev']);
  });

  const gzipped = gzipSync(buildKevOf(500));
  test.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['forbidden', (response) => response.writeHead(403).end('no'), /answered HTTP 403; .*--kev/],
    ['not modified, unasked', (response) => response.writeHead(304).end(), /answered HTTP 304/],
    ['a page', (response) => response.end('<html>log in</html>'), /is a web page/],
    ['damaged', (response) => response.end(gzipped.subarray(0, 800)), /feed: .*what was known stays/],
    ['empty', (response) => response.end(), /is not JSON/],
    ['fewer than it says', (response) => response.end(buildKev([buildKevEntry(LAST)], { count: 9 })), /says/],
    [
      'cut',
      (response) => {
        response.writeHead(200, { 'content-length': gzipped.length });
        response.write(gzipped.subarray(0, 800));
        setTimeout(() => response.destroy(), 20);
      },
      /feed: /,
    ],
  ])(
    '%s: one sentence without secrets, and what was known stays',
    { timeout: 60_000 },
    async (_, fail, says) => {
      let isBroken = false;
      const from = await serving((response) => {
        if (isBroken) fail(response);
        else response.end(buildKevOf(100));
      });
      const store = new ThreatStore(temporaryDirectory());
      await updateKev(`${from}?token=secret`, store);
      isBroken = true;
      const { failures, state } = await updateKev(`${from}?token=secret`, store, later(1));
      expect(failures.map(({ message }) => message)).toEqual([expect.stringMatching(says)]);
      expect(failures[0]!.message).toContain(from);
      expect(failures[0]!.message).not.toContain('secret');
      expect(state.kev?.fetchedAt).toBe(NOW.toISOString());
      expect(await knows(store, LAST)).toBe(true);
    },
  );
});
