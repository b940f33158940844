// Which addresses are asked for layers, with what, and where a redirect may lead.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFaultProxy } from '../../../test/builders/fault-proxy.ts';
import { buildImage } from '../../../test/builders/image.ts';
import { serveOnLoopback } from '../../../test/builders/loopback-server.ts';
import { type StorageServer, startStorageServer } from '../../../test/builders/storage-server.ts';
import { testStore } from '../../../test/builders/store-engine.ts';
import {
  postedManifest,
  reportOf,
  type TestIndexerOptions,
  testIndexer,
} from '../../../test/builders/test-indexer.ts';
import { baseLayer } from '../../../test/builders/windows-image.ts';

const store = testStore('PGlite');
let storage: StorageServer;
beforeAll(async () => {
  storage = await startStorageServer();
});
afterAll(() => storage.close());

let revision = 8000;

/** A new layer, which the store has; not where. */
function newLayer(): string {
  const [layer] = buildImage({ layers: [baseLayer({ revision: revision++ })] }).layers;
  storage.add(layer!.blob);
  return layer!.digest;
}

/** What the report says of images whose only layer lies there. */
async function errorsOf(uris: readonly string[], setup: TestIndexerOptions['setup'] = {}): Promise<string[]> {
  const indexer = testIndexer(store.database, { setup });
  const manifests = uris.map((uri) => postedManifest([{ hash: newLayer(), uri, headers: {} }]));
  const reports = await Promise.all(manifests.map((manifest) => indexer.index(manifest)));
  return reports.map((report) => reportOf(report).err);
}

test('this machine and metadata services are not asked, whoever posts', async () => {
  const here = [storage.urlOf(newLayer()), `http://localhost:${storage.host.split(':')[1]}/`];
  const before = storage.requests.length;
  for (const trust of ['posted', 'found'] as const) {
    for (const err of await errorsOf(here, { allowAddresses: [], trust })) {
      expect(err).toMatch(/clearstory\.allow_addresses/);
    }
  }
  expect(storage.requests.length).toBe(before);
  const hosts = ['169.254.169.254', '[fe80::1]', 'metadata.google.internal', '0.0.0.0'];
  const everything = { allowAddresses: ['0.0.0.0/0', '::/0'] };
  for (const err of await errorsOf(
    hosts.map((host) => `http://${host}/latest/meta-data/`),
    everything,
  )) {
    expect(err).toMatch(/never contacted/);
  }
});

test('private addresses are not asked for just anybody, and behind an air gap no others', async () => {
  const [stranger] = await errorsOf(['http://10.1.2.3/blob'], { trust: 'found' });
  expect(stranger).toMatch(/private address/);
  const [gap] = await errorsOf(['http://8.8.8.8/blob'], { airgap: true });
  expect(gap).toMatch(/indexer\.airgap/);
});

test('headers go to the host they were posted for, and not where it redirects to', async () => {
  const hash = newLayer();
  const proxy = await startFaultProxy(storage.host);
  const path = new URL(storage.urlOf(hash));
  proxy.fault((each) => each === '/v2/blob', { kind: 'redirect', to: '/v2/blob2' }, 1);
  proxy.fault((each) => each === '/v2/blob2', { kind: 'redirect', to: path.href }, 1);
  const headers = {
    Authorization: ['Bearer token'],
    'X-Secret': ['s'],
    Accept: ['application/gzip'],
    Host: ['evil'],
  };
  const manifest = postedManifest([{ hash, uri: `${proxy.url}/v2/blob`, headers }]);
  expect(reportOf(await testIndexer(store.database).index(manifest)).state).toBe('IndexFinished');
  const [first, second] = proxy.requests;
  for (const seen of [first, second]) {
    expect(seen?.headers).toMatchObject({ authorization: 'Bearer token', 'x-secret': 's', host: proxy.host });
  }
  const last = storage.requests.at(-1)!;
  expect(last.headers).toMatchObject({ accept: 'application/gzip' });
  expect(last.headers).not.toHaveProperty('authorization');
  expect(last.headers).not.toHaveProperty('x-secret');
  await proxy.close();
});

test('a redirect leads nowhere that could not be posted', async () => {
  const to = (location: string) =>
    serveOnLoopback((_request, response) => response.writeHead(307, { location }).end());
  const servers = [await to('http://169.254.169.254/latest/'), await to('file:///etc/passwd')];
  const [metadata, file] = await errorsOf(servers.map(({ url }) => `${url}/`));
  expect(metadata).toMatch(/never contacted/);
  expect(file).toMatch(/not followed/);
  await Promise.all(servers.map((server) => server.close()));
});
