// The `indexer` section: how images are read.
import type { JsonObject } from './json-value.ts';
import type { Section } from './section.ts';

export interface IndexerSettings {
  /** Layers that are read at a time for one image. Default 10. */
  readonly layerScanConcurrency: number;
  /** POSTs of index reports served at a time; `undefined`: four for each CPU; `Infinity`: no limit. */
  readonly indexReportRequestConcurrency: number | undefined;
  /** Contact nobody beside those who are named in the request. */
  readonly airgap: boolean;
  /** Accepted and without effect: scanners here have no settings. */
  readonly scanner: JsonObject;
}

const DEFAULT_LAYER_CONCURRENCY = 10;

export function readIndexer(section: Section): IndexerSettings {
  // Seconds between attempts to get a lock; nothing here waits for one that way.
  section.whole('scanlock_retry', { min: 0 });
  const concurrency = section.whole('index_report_request_concurrency') ?? 0;
  const scanner = section.section('scanner');
  return {
    layerScanConcurrency: section.whole('layer_scan_concurrency', { min: 0 }) || DEFAULT_LAYER_CONCURRENCY,
    indexReportRequestConcurrency: concurrency < 0 ? Infinity : concurrency || undefined,
    airgap: section.boolean('airgap') === true,
    scanner: Object.fromEntries(['package', 'dist', 'repo'].map((kind) => [kind, scanner.object(kind)])),
  };
}
