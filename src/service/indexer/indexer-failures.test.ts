// What becomes of layers that cannot be read: answered by what follows from it, and nobody else suffers.
import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BlobServer, startBlobServer } from '../../../test/builders/blob-server.ts';
import { hiveFromPaths } from '../../../test/builders/hive.ts';
import { serveOnLoopback } from '../../../test/builders/loopback-server.ts';
import { testStore } from '../../../test/builders/store-engine.ts';
import { buildTar, file, tarHeader } from '../../../test/builders/tar.ts';
import {
  newIndexer,
  postedImage,
  postedManifest,
  reportOf,
  type TestIndexerOptions,
  testIndexer,
} from '../../../test/builders/test-indexer.ts';
import { baseLayer, CONFIG, updateLayer } from '../../../test/builders/windows-image.ts';
import type { ClairLayer, ClairManifest } from '../../model/clair.ts';
import { Manifests } from '../../store/manifests.ts';
import type { Indexer } from './indexer.ts';

const store = testStore('PGlite');
let server: BlobServer;
let shared: Indexer;
beforeAll(async () => {
  server = await startBlobServer();
  shared = newIndexer(store.database);
});
afterAll(async () => {
  await shared.drain(0);
  await server.close();
});

let revision = 7000;
const newBase = () => baseLayer({ revision: revision++ });
/** Starting processes takes time, so that tests share an indexer unless they need another. */
const indexer = (options?: TestIndexerOptions) => (options ? testIndexer(store.database, options) : shared);
const readsOf = ({ layers }: ClairManifest) => layers.map(({ hash }) => server.readsOf(hash));
const stored = ({ hash }: ClairManifest) => new Manifests(store.database).find(hash);

/** A Windows image with this as its upper layer. */
function above(layer: ClairLayer): ClairManifest {
  const [base] = postedImage(server, [newBase()]).layers;
  return postedManifest([base!, layer]);
}

const blob = (bytes: Buffer): ClairLayer => server.layer(server.add(bytes));
const noise = () => `junk ${randomBytes(8).toString('hex')} `.repeat(1000);

/** All that a client is told is ASCII, with neither addresses nor tokens in it. */
function expectFit(message: string, { layers }: ClairManifest): void {
  expect(message).toMatch(/^[\x20-\x7e]+$/);
  for (const { headers } of layers) {
    for (const [secret = ''] of Object.values(headers)) expect(message).not.toContain(secret);
  }
  expect(message).not.toContain('/blobs/');
}

describe('what nobody will ever read is refused', () => {
  test.each([
    ['text', Buffer.from(noise())],
    ['text in gzip', gzipSync(noise())],
    ['a cut archive in gzip', gzipSync(buildTar([file('Files/a', noise())]).subarray(0, 5000))],
    ['gzip that is cut', gzipSync(randomBytes(100_000)).subarray(0, 50_000)],
    ['bzip2', Buffer.concat([Buffer.from('BZh91AY&SY'), randomBytes(10_000)])],
  ])('%s', async (_name, bytes) => {
    for (const manifest of [above(blob(bytes)), postedManifest([blob(bytes)])]) {
      const error = (await indexer()
        .index(manifest)
        .catch((reason) => reason)) as Error;
      expect(error).toMatchObject({ name: 'ServiceError', code: 'BAD_REQUEST' });
      expectFit(error.message, manifest);
      expect(await stored(manifest)).toMatchObject({ state: 'IndexError', err: error.message });
    }
  });
});

describe('what may be otherwise next time is an IndexError, and tried again', () => {
  test('a layer that is gone', async () => {
    const gone = server.layer(`sha256:${'5'.repeat(64)}`);
    const manifest = above(gone);
    const own = indexer();
    const report = reportOf(await own.index(manifest));
    expect(report).toMatchObject({ state: 'IndexError', success: false, packages: {} });
    expect(report.err).toMatch(/^layer sha256:555555555555 from 127\.0\.0\.1:\d+: .*HTTP 404/);
    expectFit(report.err, manifest);
    expect(reportOf(await own.indexReport(manifest.hash))).toEqual(report);
    expect(reportOf(await own.index(manifest)).state).toBe('IndexError');
    expect(server.requests.filter(({ digest }) => digest === gone.hash)).toHaveLength(2);
    // The other layer was kept.
    expect(readsOf(manifest)[0]).toBe(1);
  });

  test('other bytes than the digest names, from one that is not to be believed', async () => {
    const right = buildTar([file('Files/a', noise())]);
    const liar = await serveOnLoopback((_request, response) => response.end('<html>Sign in</html>'));
    const hash = server.add(right);
    const manifest = above({ hash, uri: `${liar.url}/layer`, headers: {} });
    const own = indexer();
    expect(reportOf(await own.index(manifest)).err).toMatch(/digest/);
    await liar.close();
    const honest = { ...manifest, layers: [manifest.layers[0]!, server.layer(hash)] };
    expect(reportOf(await own.index(honest)).state).toBe('IndexFinished');
  });

  test('a layer without an address', async () => {
    const manifest = postedManifest([{ hash: `sha256:${'6'.repeat(64)}`, uri: '', headers: {} }]);
    expect(reportOf(await indexer().index(manifest)).err).toMatch(/no address/);
  });

  test('a Windows whose registry is damaged', async () => {
    const damaged = file(`${CONFIG}/SOFTWARE`, Buffer.concat([Buffer.from('regf'), randomBytes(8000)]));
    const report = reportOf(await indexer().index(postedImage(server, [{ entries: [damaged] }])));
    expect(report).toMatchObject({ state: 'IndexError', err: expect.stringMatching(/SOFTWARE/) });
  });
});

describe('what may work in a moment is not available now', () => {
  test('a token that has expired', async () => {
    const short = await startBlobServer({ tokenMs: 0 });
    const [layer] = postedImage(short, [newBase()]).layers;
    const manifest = postedManifest([layer!]);
    const error = (await indexer()
      .index(manifest)
      .catch((reason) => reason)) as Error;
    expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringMatching(/HTTP 401.*expired/) });
    expectFit(error.message, manifest);
    expect(await stored(manifest)).toBeUndefined();
    await short.close();
  });

  test('a server that is away, that stalls, or that is too slow', async () => {
    const silent = await serveOnLoopback((_request, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('a');
    });
    const slow = postedImage(server, [newBase()]);
    const layer = (uri: string) => ({ hash: `sha256:${randomBytes(32).toString('hex')}`, uri, headers: {} });
    const own = indexer({ setup: { silenceMs: 100 }, workers: { layerSeconds: 3 } });
    for (const uri of ['http://127.0.0.1:9/', `${silent.url}/`]) {
      await expect(own.index(postedManifest([layer(uri)]))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    }
    await silent.close();
    server.bytesPerSecond = 20;
    await expect(own.index(slow)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/after 3 seconds|stopped sending/),
    });
    server.bytesPerSecond = Number.POSITIVE_INFINITY;
    expect(reportOf(await own.index(slow)).state).toBe('IndexFinished');
  });

  test('another manifest with the same layer and a good token is not held back by a bad one', async () => {
    const [layer] = postedImage(server, [newBase()]).layers;
    const bad = postedManifest([{ ...layer!, headers: {} }]);
    const good = postedManifest([server.layer(layer!.hash)]);
    const own = indexer();
    const [first, second] = await Promise.allSettled([own.index(bad), own.index(good)]);
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
    expect(second).toMatchObject({ status: 'fulfilled' });
  });
});

describe('a hostile layer fails alone', () => {
  /** Besides it an honest image is indexed by the same processes, which go on afterwards. */
  async function expectOverLimit(layer: ClairLayer, reason: RegExp, options?: TestIndexerOptions) {
    const own = indexer(options);
    const hostile = above(layer);
    const honest = postedImage(server, [newBase(), updateLayer(revision++)]);
    const [bad, good] = (await Promise.all([own.index(hostile), own.index(honest)])).map(reportOf);
    expect(bad).toMatchObject({ state: 'IndexError', err: expect.stringMatching(reason) });
    expectFit(bad!.err, hostile);
    expect(good?.state).toBe('IndexFinished');
    expect(reportOf(await own.index(postedImage(server, [newBase()]))).state).toBe('IndexFinished');
  }

  test('a bomb', async () => {
    const zeros = Buffer.alloc(16 * 1024 * 1024);
    const header = tarHeader({ name: `Files/${revision++}`, typeFlag: '0', size: 2 ** 32 });
    const more = new Array<Buffer>(9).fill(gzipSync(zeros, { level: 9 }));
    await expectOverLimit(blob(Buffer.concat([gzipSync(header), ...more])), /bomb/);
  });

  test('millions of entries', async () => {
    const header = gzipSync(tarHeader({ name: randomBytes(8).toString('hex'), typeFlag: '0', size: 0 }));
    const name = Buffer.concat(
      new Array<Buffer>(2000).fill(tarHeader({ name: 'a', typeFlag: '0', size: 0 })),
    );
    const many = gzipSync(name);
    const layer = Buffer.concat([header, ...new Array<Buffer>(1100).fill(many)]);
    await expectOverLimit(blob(layer), /entries|bomb/);
  });

  test('names of thirty thousand characters', async () => {
    const entry = (index: number) => file(`Files/${revision++}/${index}${'n'.repeat(30_000)}`);
    const tar = buildTar(Array.from({ length: 2_400 }, (_, index) => entry(index)));
    await expectOverLimit(blob(gzipSync(tar, { level: 1 })), /names|memory/);
  });

  test('more than its process may hold ends the process, and the others are read by another', async () => {
    // Hives within their limit that were not closed: all of them are held until their logs have come.
    const open = hiveFromPaths({}, { primarySequence: 2, secondarySequence: 1 });
    const hive = Buffer.concat([open, Buffer.alloc(90 * 1024 * 1024)]);
    const names = ['SOFTWARE', 'SYSTEM', 'DEFAULT'];
    const entries = names.map((name) => file(`${CONFIG}/${name}`, Buffer.concat([hive, randomBytes(8)])));
    const layer = blob(gzipSync(buildTar(entries), { level: 1 }));
    await expectOverLimit(layer, /more memory than clearstory\.limits\.worker_memory_mb/, {
      workers: { memoryMb: 128, processes: 1 },
    });
  });

  test('what it held and holds no more does not count', async () => {
    const closed = () => Buffer.concat([hiveFromPaths({}), Buffer.alloc(40 * 1024 * 1024), randomBytes(8)]);
    const entries = Array.from({ length: 6 }, (_, user) => file(`Files/Users/u${user}/NTUSER.DAT`, closed()));
    const layer = blob(gzipSync(buildTar(entries), { level: 1 }));
    const own = indexer({ workers: { memoryMb: 128, processes: 1 } });
    expect(reportOf(await own.index(above(layer))).state).toBe('IndexFinished');
  });
});

test('a layer may be named by its SHA-512', async () => {
  const [layer] = postedImage(server, [newBase()]).layers;
  const response = await fetch(layer!.uri, { headers: { authorization: layer!.headers.Authorization![0]! } });
  const bytes = Buffer.from(await response.arrayBuffer());
  const hash = `sha512:${createHash('sha512').update(bytes).digest('hex')}`;
  const manifest = postedManifest([{ ...layer!, hash }]);
  const report = reportOf(await indexer().index(manifest));
  expect(report.state).toBe('IndexFinished');
  expect(Object.values(report.environments)[0]).toMatchObject([{ introduced_in: hash }]);
});
