// What indexing is made with.
import type { Logger } from '../../base/log.ts';
import type { ClairManifest } from '../../model/clair.ts';
import type { RenderedBody } from '../../model/rendered-body.ts';
import type { JobStore, LayerStore, ManifestStore } from './indexer-stores.ts';
import type { LayerWorkersOptions } from './worker/layer-workers.ts';

export interface IndexerOptions {
  readonly manifests: ManifestStore;
  readonly layers: LayerStore;
  readonly jobs: JobStore;
  /** The Clair that images without Windows go to. */
  readonly upstream?: UpstreamIndexer | undefined;
  /** The index state that clients see. */
  readonly state: () => string | Promise<string>;
  readonly workers: LayerWorkersOptions;
  readonly log: Logger;
  /** For one manifest, from its first layer to its report. Default an hour. */
  readonly manifestSeconds?: number;
  /** After this time another replica takes over what a dead one had. Default 30 s. */
  readonly leaseSeconds?: number;
  /** Between two looks for what other replicas left. Default 5 s. */
  readonly sweepSeconds?: number;
  /** That `drain` gives to what runs. Default 5 s: clients have had theirs before. */
  readonly graceSeconds?: number;
  /** For rendered index reports. */
  readonly cacheBytes?: number;
  /** Of this process, unlike any other's; made up by default. */
  readonly owner?: string;
}

/** What is needed of the Clair behind us. All methods throw ServiceError. */
export interface UpstreamIndexer {
  index(manifest: ClairManifest): Promise<UpstreamReport>;
  indexReport(digest: string): Promise<RenderedBody | undefined>;
  delete(digests: readonly string[]): Promise<string[]>;
}

export type UpstreamReport = RenderedBody & { readonly state: string; readonly err: string };
