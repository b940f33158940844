// The indexer as the configuration wants it.
import { READER_VERSION } from '../../layers/reader-version.ts';
import type { Configuration } from '../../service/configuration/configuration.ts';
import { Indexer } from '../../service/indexer/indexer.ts';
import { observeQueue } from '../../service/indexer/indexer-metrics.ts';
import type { IndexState } from '../../service/upstream/index-state.ts';
import type { UpstreamClair } from '../../service/upstream/upstream-clair.ts';
import { IndexJobs } from '../../store/index-jobs.ts';
import { LayerFactsStore } from '../../store/layer-facts-store.ts';
import type { Manifests } from '../../store/manifests.ts';
import type { Ground } from './ground.ts';
import { isLoopback } from './loopback.ts';

export function openIndexer(
  { configuration, ca, database, log }: Ground,
  parts: {
    readonly manifests: Manifests;
    readonly upstream: UpstreamClair | undefined;
    readonly state: IndexState;
  },
): Indexer {
  const { indexer, clearstory } = configuration;
  const jobs = new IndexJobs(database);
  observeQueue(jobs);
  return new Indexer({
    manifests: parts.manifests,
    layers: new LayerFactsStore(database, String(READER_VERSION)),
    jobs,
    upstream: parts.upstream,
    state: () => parts.state.current(),
    workers: {
      parallelLayers: indexer.layerScanConcurrency,
      memoryMb: clearstory.limits.workerMemoryMb,
      setup: {
        allowAddresses: clearstory.allowAddresses,
        airgap: indexer.airgap,
        trust: trustOf(configuration),
        ca,
      },
    },
    log,
  });
}

/** Without a key, whoever reaches us can have us ask addresses that he himself may not reach. */
function trustOf({ auth, httpListenAddress }: Configuration): 'posted' | 'found' {
  return auth !== undefined || isLoopback(httpListenAddress.host) ? 'posted' : 'found';
}
