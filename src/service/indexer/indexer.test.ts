// From a posted manifest to a stored image: over a real store, real processes and real HTTP.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BlobServer, startBlobServer } from '../../../test/builders/blob-server.ts';
import { buildPe } from '../../../test/builders/pe.ts';
import { testStore } from '../../../test/builders/store-engine.ts';
import { directory, file, hardlink } from '../../../test/builders/tar.ts';
import {
  newIndexer,
  postedImage,
  postedManifest,
  reportOf,
  type TestIndexerOptions,
  testIndexer,
} from '../../../test/builders/test-indexer.ts';
import { baseLayer, updateLayer } from '../../../test/builders/windows-image.ts';
import type { ClairManifest } from '../../model/clair.ts';
import { IndexJobs } from '../../store/index-jobs.ts';
import { Manifests } from '../../store/manifests.ts';
import { StoreError } from '../../store/store-error.ts';
import type { Indexer } from './indexer.ts';
import { EMPTY_LAYER } from './requestable-manifest.ts';

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

/** So that every test has layers that no other has read. */
let revision = 5000;
const newBase = () => baseLayer({ revision: revision++ });
const linux = (name: string) => ({
  entries: [directory('bin'), file('bin/sh', name), file('etc/os-release', '')],
});

/** Starting processes takes time, so that tests share an indexer unless they need another. */
const indexer = (options?: TestIndexerOptions) => (options ? testIndexer(store.database, options) : shared);
const readsOf = ({ layers }: ClairManifest) => layers.map(({ hash }) => server.readsOf(hash));
const stored = ({ hash }: ClairManifest) => new Manifests(store.database).find(hash);

describe('Windows', () => {
  test('is read from its layers, named in the report and kept', async () => {
    const manifest = postedImage(server, [newBase(), updateLayer(9000)]);
    const own = indexer();
    const report = reportOf(await own.index(manifest));
    expect(report).toMatchObject({
      manifest_hash: manifest.hash,
      state: 'IndexFinished',
      success: true,
      err: '',
    });
    const [os] = Object.values(report.packages);
    expect(os).toMatchObject({ name: 'Windows Server 2022 (Server Core)', version: '10.0.20348.9000' });
    // The layer that set the revision.
    expect(report.environments[os!.id]).toMatchObject([{ introduced_in: manifest.layers[1]!.hash }]);
    expect(readsOf(manifest)).toEqual([1, 1]);
    expect(reportOf(await own.indexReport(manifest.hash))).toEqual(report);
    expect(await stored(manifest)).toMatchObject({
      kind: 'windows',
      layers: manifest.layers.map(({ hash }) => hash),
    });
  });

  test('a known manifest is answered without its layers, by any replica', async () => {
    const manifest = postedImage(server, [newBase()]);
    const first = reportOf(await indexer().index(manifest));
    const stale = {
      ...manifest,
      layers: [{ ...manifest.layers[0]!, uri: 'https://gone.example/', headers: {} }],
    };
    expect(reportOf(await indexer({}).index(stale))).toEqual(first);
    expect(readsOf(manifest)).toEqual([1]);
  });

  test('layers that images share are read once, the empty one and repeated ones not at all', async () => {
    const base = newBase();
    const first = postedImage(server, [base, updateLayer(revision++)]);
    const second = postedImage(server, [base, updateLayer(revision++)]);
    const empty = { hash: EMPTY_LAYER, uri: `${server.url}/blobs/${EMPTY_LAYER}`, headers: {} };
    const [bottom, top] = second.layers;
    const repeated = { ...second, layers: [empty, bottom!, empty, top!, top!, empty] };
    const own = indexer();
    const reports = (await Promise.all([own.index(first), own.index(repeated)])).map(reportOf);
    expect(reports.map(({ state }) => state)).toEqual(['IndexFinished', 'IndexFinished']);
    expect([...readsOf(first), ...readsOf(second)]).toEqual([1, 1, 1, 1]);
    expect(server.readsOf(EMPTY_LAYER)).toBe(0);
    expect((await stored(repeated))?.layers).toEqual([bottom!.hash, top!.hash]);
  });

  test('all downloads begin when the base is recognised, while it is still being read', async () => {
    const noise = file(
      'Files/noise.bin',
      Buffer.from(Array.from({ length: 400_000 }, () => Math.random() * 256)),
    );
    const base = { entries: [...newBase().entries, noise], compression: 'none' } as const;
    const uppers = [1, 2, 3, 4].map(() => updateLayer(revision++));
    const manifest = postedImage(server, [base, ...uppers]);
    server.bytesPerSecond = 300_000;
    try {
      const report = reportOf(await indexer({ workers: { parallelLayers: 1 } }).index(manifest));
      const ended = performance.now();
      expect(report.state).toBe('IndexFinished');
      const begun = manifest.layers.map(
        ({ hash }) => server.requests.find(({ digest }) => digest === hash)!.at,
      );
      expect(Math.max(...begun) - begun[0]!).toBeLessThan((ended - begun[0]!) / 2);
      expect(readsOf(manifest)).toEqual([1, 1, 1, 1, 1]);
    } finally {
      server.bytesPerSecond = Number.POSITIVE_INFINITY;
    }
  });

  test('a layer that is cut goes on where it was', async () => {
    const data = Buffer.from(Array.from({ length: 200_000 }, () => Math.random() * 256));
    const manifest = postedImage(server, [{ entries: [...newBase().entries, file('Files/data', data)] }]);
    server.cut = { after: 80_000, times: 2 };
    try {
      expect(reportOf(await indexer().index(manifest)).state).toBe('IndexFinished');
    } finally {
      server.cut = undefined;
    }
    const ranges = server.requests.filter(({ digest }) => digest === manifest.layers[0]!.hash);
    expect(ranges.map(({ range }) => range)).toEqual([undefined, 'bytes=80000-', 'bytes=160000-']);
  });

  test('a hard link into a lower layer is looked up there; when its address has expired, with a warning', async () => {
    const program = buildPe({ versions: [{ file: '10.0.20348.7777' }] });
    const inStore = 'Files/Windows/WinSxS/amd64_x/sqlservr.exe';
    const base = { entries: [...newBase().entries, file(inStore, program)] };
    const link = (name: string) => ({ entries: [hardlink(`Files/${name}.exe`, inStore)] });
    const own = indexer();
    const first = postedImage(server, [base, link('one')]);
    expect(reportOf(await own.index(first)).state).toBe('IndexFinished');
    expect(readsOf(first)).toEqual([2, 1]);
    // What it lent is remembered.
    await own.delete([first.hash]);
    await own.index(first);
    expect(readsOf(first)).toEqual([2, 1]);
    const second = postedImage(server, [base, link('two')]);
    const expired = { ...second.layers[0]!, headers: {} };
    const late = { ...second, layers: [expired, second.layers[1]!] };
    expect(reportOf(await own.index(late)).state).toBe('IndexFinished');
    const { image } = (await stored(late))!;
    const notices = (await new Manifests(store.database).image(image!))?.notices ?? [];
    expect(JSON.stringify(notices)).toContain('hard link into layer 1');
  });
});

describe('what is under way', () => {
  test('is joined by the next client, and goes on without the first', async () => {
    const manifest = postedImage(server, [newBase()]);
    let open: (value?: unknown) => void = () => undefined;
    server.gate = new Promise((resolve) => {
      open = resolve;
    });
    const own = indexer();
    const first = own.index(manifest);
    await expect.poll(() => readsOf(manifest), { timeout: 20_000 }).toEqual([1]);
    const second = own.index(manifest);
    open();
    server.gate = Promise.resolve();
    expect(await second).toBe(await first);
    expect(readsOf(manifest)).toEqual([1]);
  });

  test('by another replica is waited for', async () => {
    const manifest = postedImage(server, [newBase(), updateLayer(revision++)]);
    const replicas = [indexer(), indexer({}), indexer({})];
    const reports = await Promise.all(replicas.map((each) => each.index(manifest)));
    expect(new Set(reports.map((body) => JSON.stringify(reportOf(body)))).size).toBe(1);
    expect(readsOf(manifest)).toEqual([1, 1]);
  });

  test('is handed back when the service ends, and another replica goes on', async () => {
    const manifest = postedImage(server, [newBase()]);
    let open: (value?: unknown) => void = () => undefined;
    server.gate = new Promise((resolve) => {
      open = resolve;
    });
    const ending = indexer({ graceSeconds: 0.2 });
    const waiting = expect(ending.index(manifest)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect.poll(() => readsOf(manifest), { timeout: 20_000 }).toEqual([1]);
    await ending.drain();
    await waiting;
    await expect(ending.index(manifest)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    open();
    server.gate = Promise.resolve();
    const other = indexer({ sweepSeconds: 0.2 });
    other.start();
    await expect.poll(() => stored(manifest), { timeout: 20_000 }).toMatchObject({ state: 'IndexFinished' });
    expect(readsOf(manifest)).toEqual([2]);
  });

  test('is not left behind when the database goes away as it ends', async () => {
    const jobs = new IndexJobs(store.database);
    let failures = 0;
    jobs.finish = async (digest) => {
      if (failures++ === 0) throw new StoreError('UNAVAILABLE', 'the database went away');
      await IndexJobs.prototype.finish.call(jobs, digest);
    };
    const gone = postedManifest([server.layer(`sha256:${'7'.repeat(64)}`)]);
    // An expired token ends the job without anything being stored.
    const expired = { ...gone, layers: [{ ...gone.layers[0]!, headers: {} }] };
    await expect(indexer({ jobs, leaseSeconds: 1 }).index(expired)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    expect(failures).toBe(1);
    await expect.poll(() => jobs.depth(), { timeout: 10_000 }).toBe(0);
  });

  test('is finished when the service has time to', async () => {
    const manifest = postedImage(server, [newBase()]);
    const ending = indexer({ graceSeconds: 30 });
    const report = ending.index(manifest);
    await sleep(50);
    await ending.drain();
    expect(reportOf(await report).state).toBe('IndexFinished');
  });
});

describe('without Windows', () => {
  test('a manifest ends with no packages, after a look at one layer', async () => {
    const manifest = postedImage(server, [linux('one'), linux('two')]);
    const report = reportOf(await indexer().index(manifest));
    expect(report).toMatchObject({ state: 'IndexFinished', success: true, packages: {}, environments: {} });
    expect(readsOf(manifest)).toEqual([1, 0]);
    expect(await stored(manifest)).toMatchObject({ kind: 'other' });
    // Another image on that base needs no request at all.
    const next = postedManifest([manifest.layers[0]!, manifest.layers[1]!]);
    await indexer().index(next);
    expect(readsOf(next)).toEqual([1, 0]);
  });

  test('neither names like those of Windows nor empty layers make one', async () => {
    const manifest = postedImage(server, [
      { entries: [] },
      { entries: [directory('Files'), file(`Files/readme ${revision++}`, '')] },
      linux('upper'),
    ]);
    expect(reportOf(await indexer().index(manifest))).toMatchObject({ state: 'IndexFinished', packages: {} });
    expect(await stored(manifest)).toMatchObject({ kind: 'other' });
    const onlyEmpty = postedManifest([{ hash: EMPTY_LAYER, uri: '', headers: {} }]);
    expect(reportOf(await indexer().index(onlyEmpty))).toMatchObject({
      state: 'IndexFinished',
      packages: {},
    });
  });
});
