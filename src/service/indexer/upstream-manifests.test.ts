// Manifests without Windows where there is a Clair to send them to.
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type BlobServer, startBlobServer } from '../../../test/builders/blob-server.ts';
import { testStore } from '../../../test/builders/store-engine.ts';
import { file } from '../../../test/builders/tar.ts';
import { newIndexer, postedImage, reportOf, testIndexer } from '../../../test/builders/test-indexer.ts';
import { startUpstreamClair, type UpstreamServer } from '../../../test/builders/upstream-clair.ts';
import { baseLayer } from '../../../test/builders/windows-image.ts';
import { createLogger } from '../../base/log.ts';
import { Manifests } from '../../store/manifests.ts';
import { UpstreamClair } from '../upstream/upstream-clair.ts';
import type { Indexer } from './indexer.ts';

const store = testStore('PGlite');
let server: BlobServer;
let clair: UpstreamServer;
let upstream: UpstreamClair;
let indexer: Indexer;
beforeAll(async () => {
  server = await startBlobServer();
});
beforeEach(async () => {
  clair = await startUpstreamClair({ fetchLayers: true });
  upstream = new UpstreamClair({ url: clair.url, log: createLogger('silent') });
  indexer = newIndexer(store.database, { upstream });
});
afterEach(async () => {
  await indexer.drain(0);
  await upstream.close();
  await clair.close();
});
afterAll(() => server.close());

let images = 0;
const linux = () => postedImage(server, [{ entries: [file('bin/sh', `shell ${images++}`)] }]);
const windows = () => postedImage(server, [baseLayer({ revision: 3000 + images++ })]);
const kindOf = async (digest: string) => (await new Manifests(store.database).find(digest))?.kind;
const posts = () => clair.requests.filter(({ method }) => method === 'POST').length;

test('are sent there after a look at one layer, and its answer is passed on', async () => {
  const manifest = linux();
  const report = reportOf(await indexer.index(manifest));
  expect(Object.values(report.packages).map(({ name }) => name)).toContain('openssl');
  expect(await kindOf(manifest.hash)).toBe('upstream');
  expect(clair.manifests.has(manifest.hash)).toBe(true);
  // The second time not even the first layer is looked at: it answers for itself.
  const before = server.requests.length;
  expect(reportOf(await indexer.index(manifest))).toEqual(report);
  expect([posts(), server.requests.length - before]).toEqual([2, 1]);
  expect(reportOf(await indexer.indexReport(manifest.hash))).toEqual(report);
});

test('Windows never is, nor is it asked for there', async () => {
  const manifest = windows();
  expect(reportOf(await indexer.index(manifest)).state).toBe('IndexFinished');
  expect(reportOf(await indexer.indexReport(manifest.hash)).state).toBe('IndexFinished');
  expect(clair.requests).toEqual([]);
});

test('wait while it is down, and Windows goes on', async () => {
  clair.fault = () => ({ kind: 'answer', status: 503 });
  const manifest = linux();
  await expect(indexer.index(manifest)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  expect(await kindOf(manifest.hash)).toBeUndefined();
  expect(reportOf(await indexer.index(windows())).state).toBe('IndexFinished');
});

test('that were finished without packages are sent when it is added, and are ours again when it goes', async () => {
  const manifest = linux();
  const alone = testIndexer(store.database);
  expect(reportOf(await alone.index(manifest)).packages).toEqual({});
  expect(reportOf(await indexer.index(manifest)).packages).not.toEqual({});
  expect(await kindOf(manifest.hash)).toBe('upstream');
  expect(reportOf(await alone.index(manifest)).packages).toEqual({});
  expect(await kindOf(manifest.hash)).toBe('other');
});

test('that it refuses for good are refused', async () => {
  const body = JSON.stringify({ code: 'bad-request', message: 'format error' });
  clair.fault = () => ({ kind: 'answer', status: 400, body });
  await expect(indexer.index(linux())).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});

test('are deleted in both places; those that nobody knows are asked for there', async () => {
  const [ours, theirs] = [windows(), linux()];
  await indexer.index(ours);
  await indexer.index(theirs);
  const old = linux();
  clair.manifests.set(old.hash, { hash: old.hash, layers: [] });
  expect(reportOf(await indexer.indexReport(old.hash)).manifest_hash).toBe(old.hash);
  const unknown = `sha256:${createHash('sha256').update('unknown').digest('hex')}`;
  expect(await indexer.indexReport(unknown)).toBeUndefined();
  const all = [ours.hash, unknown, theirs.hash, old.hash, ours.hash];
  expect(await indexer.delete(all)).toEqual([ours.hash, theirs.hash, old.hash]);
  expect(clair.manifests.size).toBe(0);
  expect(await indexer.delete([ours.hash, unknown])).toEqual([]);
  expect(await kindOf(ours.hash)).toBeUndefined();
});

test('that it is slow with do not hold up the end of the service', async () => {
  clair.fault = (method) => (method === 'POST' ? { kind: 'silent' } : undefined);
  const own = newIndexer(store.database, { upstream });
  const waiting = expect(own.index(linux())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect.poll(posts, { timeout: 20_000 }).toBe(1);
  await own.drain(0.1);
  await waiting;
});
