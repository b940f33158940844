// `clearstory serve` with others: a Clair behind it, a receiver of notifications, replicas, and databases that go away.
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ask } from '../builders/api-server.ts';
import { type BlobServer, startBlobServer } from '../builders/blob-server.ts';
import { writeFeed } from '../builders/cvrf.ts';
import { postedByQuay } from '../builders/posted-by-quay.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from '../builders/postgres.ts';
import { QuayHttp } from '../builders/quay-http.ts';
import { readAsQuay } from '../builders/quay-worker.ts';
import { SMALL_FEED } from '../builders/small-feed.ts';
import { file } from '../builders/tar.ts';
import { temporaryDirectory } from '../builders/temporary-directory.ts';
import { startUpstreamClair } from '../builders/upstream-clair.ts';
import { WebhookReceiver } from '../builders/webhook-receiver.ts';
import { baseLayer } from '../builders/windows-image.ts';
import { type RunningService, serve, servedFrom } from './run-service.ts';
import { until } from './until.ts';

// Each test starts services, of which each loads a database.
vi.setConfig({ testTimeout: 180_000 });

const KEY = randomBytes(32);
const AUTH = { psk: { key: KEY.toString('base64'), iss: ['quay'] } };
const LINUX = { entries: [file('etc/os-release', 'ID=debian\n'), file('bin/sh', 'x')] };

let blobs: BlobServer;
beforeAll(async () => {
  blobs = await startBlobServer();
});
afterAll(() => blobs.close());

async function prepared(): Promise<{ folder: string; feed: string; clearstory: Record<string, unknown> }> {
  const folder = temporaryDirectory();
  const feed = join(folder, 'feed');
  await writeFeed(feed, SMALL_FEED);
  return { folder, feed, clearstory: { feed, allow_addresses: ['127.0.0.0/8'] } };
}

test('Linux is the business of the Clair behind, whose absence Windows does not notice', async () => {
  const { folder, clearstory } = await prepared();
  const clair = await startUpstreamClair({ psk: { key: AUTH.psk.key, iss: ['clair-intraservice'] } });
  const upstream_auth = { psk: { key: AUTH.psk.key } };
  const service = await servedFrom(folder, {
    auth: AUTH,
    clearstory: { ...clearstory, upstream: clair.url, upstream_auth },
  });
  const quay = new QuayHttp(service.port, KEY);
  const linux = postedByQuay(blobs, [LINUX]);
  const windows = postedByQuay(blobs, [baseLayer({ revision: 7001 })]);
  const state = await quay.state();
  const { etag, report } = await quay.index(linux);
  expect(etag).toBe(state);
  expect(report).toMatchObject({ manifest_hash: linux.hash, state: 'IndexFinished' });
  expect(Object.keys(report.packages as object).length).toBeGreaterThan(0);
  expect([...clair.manifests.keys()]).toEqual([linux.hash]);
  expect(await quay.vulnerabilityReport(linux.hash)).toContain(linux.hash);
  expect((await quay.index(windows)).report.state).toBe('IndexFinished');
  expect([...clair.manifests.keys()]).toEqual([linux.hash]);
  await quay.delete(linux.hash);
  expect([...clair.manifests.keys()]).toEqual([]);

  await clair.close();
  await expect(quay.index(postedByQuay(blobs, [LINUX]))).rejects.toMatchObject({ status: 502 });
  expect((await quay.index(postedByQuay(blobs, [baseLayer({ revision: 7002 })]))).etag).toBe(state);
  await until('the report', () => quay.vulnerabilityReport(windows.hash));
  expect(await quay.state()).toBe(state);
});

test('new advisories reach those that have an image with them, once', async () => {
  const { folder, feed, clearstory } = await prepared();
  const receiver = await new WebhookReceiver().start();
  onTestFinished(() => receiver.close());
  const webhook = { target: receiver.url.href, callback: 'http://clearstory/notifier/api/v1/notification/' };
  const settings = { auth: AUTH, matcher: { period: '1s' }, notifier: { webhook }, clearstory };
  const first = await servedFrom(folder, settings);
  const manifest = postedByQuay(blobs, [baseLayer({ revision: 7003 })]);
  await new QuayHttp(first.port, KEY).index(manifest);
  await until('the first advisories', () => new QuayHttp(first.port, KEY).vulnerabilityReport(manifest.hash));
  await first.logged('the first advisories: only later changes are notified');
  expect(await first.end()).toBe(0);

  const [june] = SMALL_FEED;
  const fix = { kb: '5099999', subType: 'Security Update', fixedBuild: '10.0.20348.9999' };
  const july = {
    ...june!,
    id: '2025-Jul',
    vulnerabilities: [
      { id: 'CVE-2025-0777', affected: ['11924'], fixes: [fix], severity: 'Critical', score: 9.8 },
    ],
  };
  await writeFeed(feed, [june!, july]);
  const second = await servedFrom(folder, settings);
  const id = await until('the notification', () => receiver.accepted[0]);
  const quay = new QuayHttp(second.port, KEY);
  const pages = {
    page: (set: string, query: { next?: string }) => quay.page(set, query),
    delete: (set: string) => quay.deleteNotification(set),
  };
  expect(await readAsQuay(pages, id)).toEqual([
    {
      manifest: manifest.hash,
      id: 'CVE-2025-0777',
      priority: 'Critical',
      link: expect.stringContaining('CVE-2025-0777'),
      hasFix: true,
    },
  ]);
  expect(await quay.deleteNotification(id)).toBe(true);
  expect(receiver.accepted).toEqual([id]);
  expect(await second.end()).toBe(0);
});

describe('the embedded database', () => {
  test('is of one process, and loses nothing when that is killed', async () => {
    const { folder, clearstory } = await prepared();
    const settings = { auth: AUTH, clearstory };
    const first = await servedFrom(folder, settings);
    const manifest = postedByQuay(blobs, [baseLayer({ revision: 7004 })]);
    const { report } = await new QuayHttp(first.port, KEY).index(manifest);
    const second = await serve(folder, settings);
    expect(await second.exit).toBe(1);
    expect(second.text.trim()).toMatch(/^clearstory: .* is in use by .*\S$/);
    expect(await first.end('SIGKILL')).toBeNull();
    const third = await servedFrom(folder, settings);
    expect(await new QuayHttp(third.port, KEY).indexReport(manifest.hash)).toEqual(report);
  });

  test('serves clients that hang up, by going on for the next', async () => {
    const { folder, clearstory } = await prepared();
    const { port, introspectionPort } = await servedFrom(folder, { clearstory });
    const manifest = postedByQuay(blobs, [baseLayer({ revision: 7005 })]);
    const { hash } = manifest.layers[0]!;
    let open: (value?: unknown) => void = () => {};
    blobs.gate = new Promise((resolve) => {
      open = resolve;
    });
    const hasty = request({ port, path: '/indexer/api/v1/index_report', method: 'POST' });
    hasty.on('error', () => {});
    hasty.end(JSON.stringify(manifest));
    await until('the layer', () => blobs.requests.find(({ digest }) => digest === hash));
    hasty.destroy();
    expect((await ask(introspectionPort, '/metrics')).body.toString()).toMatch(
      /^clearstory_indexer_queue 1$/m,
    );
    const patient = new QuayHttp(port).index(manifest);
    open();
    expect((await patient).report.state).toBe('IndexFinished');
    expect(blobs.readsOf(hash)).toBe(1);
  });
});

test('a second signal ends it at once, and what was promised is kept all the same', async () => {
  const { folder, clearstory } = await prepared();
  const first = await servedFrom(folder, { clearstory });
  const manifest = postedByQuay(blobs, [baseLayer({ revision: 7009 })]);
  let open: (value?: unknown) => void = () => {};
  blobs.gate = new Promise((resolve) => {
    open = resolve;
  });
  const cut = new QuayHttp(first.port).index(manifest).catch((error: unknown) => error);
  await until('the layer', () => blobs.requests.find(({ digest }) => digest === manifest.layers[0]!.hash));
  first.child.kill('SIGTERM');
  await first.logged('ending: what is being answered gets some time');
  const started = Date.now();
  expect(await first.end('SIGINT')).toBe(130);
  expect(Date.now() - started).toBeLessThan(5000);
  expect(await cut).toBeInstanceOf(Error);
  open();
  // Once the lease of the process that is gone has run out.
  const second = await servedFrom(folder, { clearstory });
  const report = await until('the report', () => new QuayHttp(second.port).indexReport(manifest.hash));
  expect(report.state).toBe('IndexFinished');
});

const missing = whyNoPostgres();
if (missing !== undefined) console.warn(`replicas are not tested: ${missing}`);

describe.skipIf(missing !== undefined)('PostgreSQL', () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.close());

  test('joins processes of different modes', async () => {
    const { clearstory } = await prepared();
    const connstring = await postgres.createDatabase();
    const database = { connstring, migrations: true };
    const webhook = { target: 'http://127.0.0.1:1/', callback: 'http://clearstory/' };
    const start = (mode: string): Promise<RunningService> =>
      servedFrom(
        temporaryDirectory(),
        { indexer: database, matcher: database, notifier: { ...database, webhook }, clearstory },
        { CLAIR_MODE: mode },
      );
    const [indexer, matcher, notifier] = await Promise.all(['indexer', 'Matcher', 'NOTIFIER'].map(start));
    const manifest = postedByQuay(blobs, [baseLayer({ revision: 7006 })]);
    await new QuayHttp(indexer!.port).index(manifest);
    await until('the report', () => new QuayHttp(matcher!.port).vulnerabilityReport(manifest.hash));
    const groups = async ({ port }: RunningService): Promise<string[]> => {
      const document = JSON.parse((await ask(port, '/openapi/v1')).body.toString());
      return [...new Set(Object.keys(document.paths).map((path) => path.split('/')[1]!))];
    };
    expect(await groups(indexer!)).toEqual(['indexer']);
    expect(await groups(matcher!)).toEqual(['matcher']);
    expect(await groups(notifier!)).toEqual(['notifier']);
    expect((await ask(matcher!.port, '/indexer/api/v1/index_state')).status).toBe(404);
    expect((await ask(notifier!.port, '/notifier/api/v1/notification/1')).status).toBe(400);
    const body = '{"vulnerabilities":[{"id":"1","name":"CVE-2025-0002"}]}';
    const affected = await until('the advisories', async () => {
      const path = '/indexer/api/v1/internal/affected_manifest/';
      const reply = await ask(indexer!.port, path, { method: 'POST', body });
      return reply.status === 200 ? JSON.parse(reply.body.toString()) : undefined;
    });
    expect(Object.keys(affected.vulnerabilities)).toEqual(['1']);
  });

  test('that goes away is told as something that passes, and nothing is lost', async () => {
    const { folder, clearstory } = await prepared();
    const connstring = await postgres.createDatabase();
    const service = await servedFrom(folder, { indexer: { connstring, migrations: true }, clearstory });
    const quay = new QuayHttp(service.port);
    const manifest = postedByQuay(blobs, [baseLayer({ revision: 7007 })]);
    const { report, etag } = await quay.index(manifest);
    await postgres.stop();
    const reply = await ask(service.port, `/indexer/api/v1/index_report/${manifest.hash}`);
    expect([reply.status, reply.headers['retry-after']]).toEqual([503, '5']);
    expect(reply.body.toString()).not.toContain('postgres');
    await expect(quay.index(postedByQuay(blobs, [baseLayer({ revision: 7008 })]))).rejects.toMatchObject({
      status: 503,
    });
    // Known without the database, and no reason for Quay to post anything again.
    expect(await quay.state()).toBe(etag);
    expect((await ask(service.introspectionPort, '/healthz')).status).toBe(200);
    await postgres.start();
    const after = await until('the report', () => quay.indexReport(manifest.hash).catch(() => undefined));
    expect(after).toEqual(report);
    expect(await service.end()).toBe(0);
  });
});
