// Quay and `clearstory serve`: what its worker and its pages ask, over both databases.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ask } from '../builders/api-server.ts';
import { type BlobServer, startBlobServer } from '../builders/blob-server.ts';
import { writeFeed } from '../builders/cvrf.ts';
import type { LayerSpec } from '../builders/image.ts';
import { postedByQuay } from '../builders/posted-by-quay.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from '../builders/postgres.ts';
import { quayFeatures, quayTagStatus } from '../builders/quay-client.ts';
import { QuayHttp } from '../builders/quay-http.ts';
import { SMALL_FEED } from '../builders/small-feed.ts';
import { file } from '../builders/tar.ts';
import { temporaryDirectory } from '../builders/temporary-directory.ts';
import { baseLayer, deltaLayer, updateLayer } from '../builders/windows-image.ts';
import { type RunningService, serve } from './run-service.ts';
import { until } from './until.ts';

// Each test starts services, of which each loads a database.
vi.setConfig({ testTimeout: 180_000 });

const KEY = randomBytes(32);
const missing = whyNoPostgres();
if (missing !== undefined) console.warn(`Quay over PostgreSQL is not tested: ${missing}`);

let blobs: BlobServer;
beforeAll(async () => {
  blobs = await startBlobServer();
});
afterAll(() => blobs.close());

const posted = (layers: readonly LayerSpec[]) => postedByQuay(blobs, layers);

describe.each(missing === undefined ? (['PGlite', 'PostgreSQL'] as const) : (['PGlite'] as const))(
  '%s',
  (engine) => {
    let postgres: PostgresServer | undefined;
    beforeAll(async () => {
      if (engine === 'PostgreSQL') postgres = await startPostgres();
    });
    afterAll(() => postgres?.close());

    async function prepared(): Promise<{ start(): Promise<RunningService> }> {
      const folder = temporaryDirectory();
      await writeFeed(join(folder, 'feed'), SMALL_FEED);
      const connstring = await postgres?.createDatabase();
      const database = connstring === undefined ? {} : { indexer: { connstring, migrations: true } };
      return {
        start: () =>
          serve(folder, {
            ...database,
            auth: { psk: { key: KEY.toString('base64'), iss: ['quay'] } },
            clearstory: { feed: join(folder, 'feed'), allow_addresses: ['127.0.0.0/8'] },
          }),
      };
    }

    test('an image goes from its push to its page, is deleted, posted again, and outlives a restart', async () => {
      const { start } = await prepared();
      const service = await (await start()).ready();
      const quay = new QuayHttp(service.port, KEY);
      const manifest = posted([
        baseLayer({ revision: 3000 }),
        updateLayer(5000),
        deltaLayer({ Software: [] }),
      ]);

      const state = await quay.state();
      expect(await quay.indexReport(manifest.hash)).toBeUndefined();
      const { etag, report } = await quay.index(manifest);
      expect(etag).toBe(state);
      expect(report).toMatchObject({ state: 'IndexFinished', success: true, err: '' });
      expect(await quay.indexReport(manifest.hash)).toEqual(report);
      const text = await until('the report', () => quay.vulnerabilityReport(manifest.hash));
      const features = quayFeatures(text);
      expect(quayTagStatus(features)).not.toBe('Unsupported');
      expect(features[0]).toMatchObject({
        name: expect.stringMatching(/^Windows Server 2022/),
        version: '10.0.20348.5000',
        addedBy: manifest.layers[2]!.hash,
      });
      const names = features[0]!.vulnerabilities.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['CVE-2025-0002', 'CVE-2025-0003', 'CVE-2025-0004']));
      expect(names).not.toContain('CVE-2025-0001');
      expect(features[0]!.vulnerabilities.find(({ name }) => name === 'CVE-2025-0002')).toMatchObject({
        severity: 'High',
        fixedBy: '10.0.20348.5622 (KB5056220)',
      });

      // Known: nothing is fetched again, with or without addresses that still work.
      const reads = blobs.requests.length;
      const stale = {
        ...manifest,
        layers: manifest.layers.map((layer) => ({ ...layer, uri: 'http://127.0.0.1:1/' })),
      };
      expect((await quay.index(stale)).report).toEqual(report);
      expect(blobs.requests.length).toBe(reads);

      expect(await service.end()).toBe(0);
      const again = await (await start()).ready();
      const after = new QuayHttp(again.port, KEY);
      expect(await after.state()).toBe(state);
      expect(await after.indexReport(manifest.hash)).toEqual(report);
      expect(await after.vulnerabilityReport(manifest.hash)).toBe(text);

      await after.delete(manifest.hash);
      await after.delete(manifest.hash);
      expect(await after.indexReport(manifest.hash)).toBeUndefined();
      expect(await after.vulnerabilityReport(manifest.hash)).toBeUndefined();
      expect((await after.index(manifest)).report).toEqual(report);
      expect(await after.vulnerabilityReport(manifest.hash)).toBe(text);

      const metrics = (await ask(again.introspectionPort, '/metrics')).body.toString();
      expect(metrics).toMatch(
        /^clair_http_indexerv1_request_total\{handler="\/indexer\/api\/v1\/index_report",code="201",method="post"\} 1$/m,
      );
      expect(metrics).toMatch(/^claircore_indexer_scanned_manifests\{scanned_before="false"\} 1$/m);
      expect(metrics).toMatch(/^clearstory_\w*feed\w* /m);
      expect((await ask(again.introspectionPort, '/readyz')).status).toBe(200);

      const secrets = [
        ...manifest.layers.flatMap(({ headers }) => headers.Authorization ?? []),
        KEY.toString('base64'),
      ];
      const log = service.shown() + again.shown();
      expect(secrets.filter((secret) => log.includes(secret.replace('Bearer ', '')))).toEqual([]);
      expect(log).not.toContain('Bearer ');
      await again.end();
    });

    test('what is being indexed when the service is ended is answered, and done by the next start', async () => {
      const { start } = await prepared();
      const service = await (await start()).ready();
      const manifest = posted([baseLayer({ revision: 4000 + (engine === 'PGlite' ? 0 : 1) })]);
      let open: (value?: unknown) => void = () => {};
      blobs.gate = new Promise((resolve) => {
        open = resolve;
      });
      const waiting = new QuayHttp(service.port, KEY).index(manifest).catch((error: unknown) => error);
      await until('a request for the layer', async () =>
        blobs.requests.some(({ digest }) => digest === manifest.layers[0]!.hash) ? true : undefined,
      );
      const ended = service.end();
      expect(await waiting).toMatchObject({ status: 503 });
      expect(await ended).toBe(0);
      open();
      // Nobody posts it again.
      const next = await (await start()).ready();
      const quay = new QuayHttp(next.port, KEY);
      const report = await until('the report', () => quay.indexReport(manifest.hash));
      expect(report.state).toBe('IndexFinished');
    });

    test('what cannot be indexed is told so that Quay does the right thing', async () => {
      const { start } = await prepared();
      const quay = new QuayHttp((await (await start()).ready()).port, KEY);
      // Linux, and nobody who knows it: "Unsupported", and asked again when there is.
      const linux = posted([{ entries: [file('etc/os-release', 'ID=debian\n'), file('bin/sh', 'x')] }]);
      const { report, etag } = await quay.index(linux);
      expect(report).toMatchObject({ state: 'IndexFinished', packages: {} });
      expect(etag).toBe(await quay.state());
      // Gone: tried again a few times.
      const absent = posted([baseLayer({ revision: 6000 })]);
      const lost = { ...absent.layers[0]!, uri: `${blobs.url}/blobs/none` };
      const { report: failed } = await quay.index({ ...absent, layers: [lost] });
      expect(failed).toMatchObject({ state: 'IndexError', success: false, err: expect.stringMatching(/\S/) });
      expect(await quay.vulnerabilityReport(absent.hash)).toBeUndefined();
      // And again when it is there.
      expect((await quay.index(absent)).report.state).toBe('IndexFinished');
      // Nonsense: never again.
      await expect(quay.index({ hash: absent.hash, layers: [] })).rejects.toMatchObject({ status: 400 });
    });
  },
);
