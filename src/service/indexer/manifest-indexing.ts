// Indexes one manifest that is not known yet, and stores what came of it.
import type { Logger } from '../../base/log.ts';
import type { ClairManifest } from '../../model/clair.ts';
import type { RenderedBody } from '../../model/rendered-body.ts';
import { ServiceError } from '../service-error.ts';
import { inSpan } from '../tracing/in-span.ts';
import { abortable } from './abortable.ts';
import { type Examination, type ExaminationTools, examineImage } from './examine-image.ts';
import type { IndexReports } from './index-reports.ts';
import { indexFailures } from './indexer-metrics.ts';
import type { UpstreamIndexer } from './indexer-options.ts';
import type { ManifestStore, ManifestToStore } from './indexer-stores.ts';
import type { LayerFailure } from './layer-failure.ts';
import { distinctLayers, layersWithContent } from './requestable-manifest.ts';
import { SCANNER_VERSION } from './scanner-version.ts';

export interface ManifestIndexingOptions {
  readonly manifests: ManifestStore;
  readonly reports: IndexReports;
  readonly upstream: UpstreamIndexer | undefined;
  readonly tools: ExaminationTools;
  readonly manifestSeconds: number | undefined;
  readonly log: Logger;
}

/** An image of twenty gigabytes over a line of a hundred megabits takes half of it. */
const MANIFEST_SECONDS = 3_600;

export class ManifestIndexing {
  readonly #options: ManifestIndexingOptions;

  constructor(options: ManifestIndexingOptions) {
    this.#options = options;
  }

  /** Throws ServiceError, StoreError, and the reason of `signal`, which means that the manifest is left to others. */
  async index(manifest: ClairManifest, signal: AbortSignal): Promise<RenderedBody> {
    const { log } = this.#options;
    const begun = performance.now();
    const about = { manifest: manifest.hash, layers: manifest.layers.length };
    try {
      const { body, kind } = await inSpan('index manifest', about, () => this.#index(manifest, signal));
      log.info({ ...about, kind, ms: Math.round(performance.now() - begun) }, 'indexed');
      return body;
    } catch (error) {
      signal.throwIfAborted();
      const { code, message } = error as { code?: string; message: string };
      indexFailures.inc({ kind: code === 'BAD_REQUEST' ? 'IMPOSSIBLE' : 'UNAVAILABLE' });
      log.warn({ ...about, code, reason: message }, 'not indexed');
      throw error;
    }
  }

  async #index(manifest: ClairManifest, signal: AbortSignal): Promise<{ body: RenderedBody; kind: string }> {
    const { manifests, upstream } = this.#options;
    if (upstream) {
      const stored = await manifests.find(manifest.hash);
      const isTheirs = stored?.kind === 'upstream' && stored.scanner === SCANNER_VERSION;
      if (isTheirs) return { body: await this.#forward(manifest, upstream, signal), kind: 'upstream' };
    }
    const seen = await this.#examine(manifest, signal);
    switch (seen.kind) {
      case 'windows':
        return {
          body: await this.#save(manifest, { kind: 'windows', content: seen.content }),
          kind: 'windows',
        };
      case 'other':
        if (upstream) return { body: await this.#forward(manifest, upstream, signal), kind: 'upstream' };
        return { body: await this.#save(manifest, { kind: 'other' }), kind: 'other' };
      default:
        return { body: await this.#fail(manifest, seen.failure, seen.isWindows), kind: 'failed' };
    }
  }

  async #examine(manifest: ClairManifest, signal: AbortSignal): Promise<Examination> {
    const { tools, manifestSeconds = MANIFEST_SECONDS } = this.#options;
    const limit = AbortSignal.timeout(manifestSeconds * 1000);
    try {
      return await examineImage(manifest, tools, AbortSignal.any([signal, limit]));
    } catch (error) {
      if (error !== limit.reason) throw error;
      const message = `the image is not read after ${manifestSeconds} seconds; post the manifest again to go on`;
      throw new ServiceError('UNAVAILABLE', message);
    }
  }

  async #fail(manifest: ClairManifest, failure: LayerFailure, isWindows: boolean): Promise<RenderedBody> {
    const { message } = failure;
    if (failure.code === 'NOT_NOW') throw new ServiceError('UNAVAILABLE', message);
    const kind = isWindows ? 'windows' : 'other';
    const body = await this.#save(manifest, { kind, state: 'IndexError', err: message });
    if (failure.code === 'IMPOSSIBLE') throw new ServiceError('BAD_REQUEST', message);
    indexFailures.inc({ kind: 'INDEX_ERROR' });
    this.#options.log.warn({ manifest: manifest.hash, reason: message }, 'the image cannot be indexed');
    return body;
  }

  /** Its answer is passed on as it is. */
  async #forward(
    manifest: ClairManifest,
    upstream: UpstreamIndexer,
    signal: AbortSignal,
  ): Promise<RenderedBody> {
    const report = await abortable(upstream.index(manifest), signal);
    const isFinished = report.state === 'IndexFinished';
    await this.#options.manifests.save(
      toStore(manifest, {
        kind: 'upstream',
        state: isFinished ? 'IndexFinished' : 'IndexError',
        err: isFinished ? '' : report.err,
      }),
    );
    return report;
  }

  async #save(manifest: ClairManifest, outcome: Outcome): Promise<RenderedBody> {
    const { manifests, reports } = this.#options;
    const stored = toStore(manifest, outcome);
    await manifests.save(stored);
    // As everybody will see it from now on; another replica may have been faster.
    const saved = await manifests.find(manifest.hash);
    return saved ? reports.of(saved) : reports.render(stored, outcome.content?.image);
  }
}

type Outcome = Pick<ManifestToStore, 'kind' | 'content'> & Partial<Pick<ManifestToStore, 'state' | 'err'>>;

function toStore(manifest: ClairManifest, outcome: Outcome): ManifestToStore {
  return {
    state: 'IndexFinished',
    err: '',
    ...outcome,
    digest: manifest.hash,
    scanner: SCANNER_VERSION,
    layers: distinctLayers(layersWithContent(manifest)).map(({ hash }) => hash),
  };
}
