// What operators see of indexing.
import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Gauge, Histogram } from 'prom-client';

/** Clair's name. `scanned_before`: whether the manifest was known, so that nothing had to be read. */
export const scannedManifests = new Counter({
  name: 'claircore_indexer_scanned_manifests',
  help: 'Manifests that were posted, by whether they were known already',
  labelNames: ['scanned_before'] as const,
});

/** `result`: `windows` and `empty` were read, `other` was only looked at, all else is a code of LayerFailure. */
export const layersFetched = new Counter({
  name: 'clearstory_fetcher_layers_total',
  help: 'Layers that were fetched, by what came of it',
  labelNames: ['result'] as const,
});

export const layerBytes = new Counter({
  name: 'clearstory_fetcher_layer_bytes_total',
  help: 'Bytes of layers as they are stored that were read to their end',
});

export const layerSeconds = new Histogram({
  name: 'clearstory_fetcher_layer_seconds',
  help: 'From the request for a layer to its facts',
  // From a layer of a few kilobytes to a Server base over a slow line.
  buckets: [0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 900],
});

export const layersUnderWay = new Gauge({
  name: 'clearstory_indexer_layers',
  help: 'Layers that this process reads or that wait here to be unpacked',
});

export const layersAwaited = new Gauge({
  name: 'clearstory_indexer_layers_awaited',
  help: 'Layers that this process waits for while another replica reads them',
});

export const jobsUnderWay = new Gauge({
  name: 'clearstory_indexer_manifests',
  help: 'Manifests that this process is indexing',
});

/** `kind`: IMPOSSIBLE, INDEX_ERROR or UNAVAILABLE. */
export const indexFailures = new Counter({
  name: 'clearstory_indexer_failures_total',
  help: 'Manifests that could not be indexed, by what follows: nobody can read it, told in the report, or try again',
  labelNames: ['kind'] as const,
});

export const jobsTakenOver = new Counter({
  name: 'clearstory_indexer_jobs_taken_over_total',
  help: 'Manifests that another replica left unfinished and this one went on with',
});

export const workersLost = new Counter({
  name: 'clearstory_indexer_workers_lost_total',
  help: 'Processes that read layers and ended by what was in one: too large, or made to harm',
});

/** In the store, so it is the same in all replicas; asked when metrics are. */
const queueDepth = new Gauge({
  name: 'clearstory_indexer_queue',
  help: 'Manifests that were posted and are not finished, in all replicas',
  collect: async () => {
    const depth = await depthInTime();
    if (depth !== undefined) queueDepth.set(depth);
  },
});

/** A store that does not answer must not take all other metrics with it: what was known last stays. */
const PATIENCE_MS = 2_000;

let queue: { depth(): Promise<number> } | undefined;

/** There is one indexer in a process. */
export function observeQueue(jobs: { depth(): Promise<number> }): void {
  queue = jobs;
}

async function depthInTime(): Promise<number | undefined> {
  const late = sleep(PATIENCE_MS, undefined, { ref: false });
  return Promise.race([queue?.depth().catch(() => undefined), late]);
}
