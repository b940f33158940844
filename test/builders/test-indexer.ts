// An indexer over a real store, with its own processes, for layers that tests serve on the loopback interface.
import { onTestFinished } from 'vitest';
import { digestOf } from '../../src/base/digest.ts';
import { createLogger } from '../../src/base/log.ts';
import { READER_VERSION } from '../../src/layers/reader-version.ts';
import type { ClairIndexReport, ClairLayer, ClairManifest } from '../../src/model/clair.ts';
import type { RenderedBody } from '../../src/model/rendered-body.ts';
import { Indexer } from '../../src/service/indexer/indexer.ts';
import type { IndexerOptions } from '../../src/service/indexer/indexer-options.ts';
import type { Database } from '../../src/store/database.ts';
import { IndexJobs } from '../../src/store/index-jobs.ts';
import { LayerFactsStore } from '../../src/store/layer-facts-store.ts';
import { Manifests } from '../../src/store/manifests.ts';
import type { BlobServer } from './blob-server.ts';
import { buildImage, type LayerSpec } from './image.ts';

type Workers = IndexerOptions['workers'];

export type TestIndexerOptions = Partial<Omit<IndexerOptions, 'workers'>> & {
  readonly workers?: Partial<Omit<Workers, 'setup'>>;
  readonly setup?: Partial<Workers['setup']>;
};

/** Not started; drained when the test is over. */
export function testIndexer(database: Database, options: TestIndexerOptions = {}): Indexer {
  const indexer = newIndexer(database, options);
  onTestFinished(() => indexer.drain(0));
  return indexer;
}

/** As `testIndexer`, for whoever drains it. */
export function newIndexer(
  database: Database,
  { workers, setup, ...options }: TestIndexerOptions = {},
): Indexer {
  return new Indexer({
    manifests: new Manifests(database),
    layers: new LayerFactsStore(database, String(READER_VERSION)),
    jobs: new IndexJobs(database),
    state: () => 'state',
    log: createLogger('silent'),
    ...options,
    workers: {
      parallelLayers: 10,
      memoryMb: 256,
      processes: 1,
      layerSeconds: 60,
      ...workers,
      setup: {
        allowAddresses: ['127.0.0.1'],
        airgap: false,
        trust: 'posted',
        silenceMs: 5_000,
        retryDelayMs: 10,
        ...setup,
      },
    },
  });
}

let images = 0;

/** A manifest unlike any other, over layers that the server has from now on. */
export function postedImage(server: BlobServer, layers: readonly LayerSpec[]): ClairManifest {
  const digests = buildImage({ layers }).layers.map(({ blob }) => server.add(blob));
  return postedManifest(digests.map((digest) => server.layer(digest)));
}

export function postedManifest(layers: readonly ClairLayer[]): ClairManifest {
  return { hash: digestOf(Buffer.from(`manifest ${images++} ${process.pid} ${Math.random()}`)), layers };
}

export function reportOf(body: RenderedBody | undefined): ClairIndexReport {
  if (!body) throw new Error('there is no report');
  return JSON.parse(Buffer.concat(body.plain).toString('utf8')) as ClairIndexReport;
}
