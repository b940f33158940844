// From a posted manifest to a stored image: what is known is answered, what is under way is joined, the rest is read.
import { setMaxListeners } from 'node:events';
import type { ClairManifest } from '../../model/clair.ts';
import type { RenderedBody } from '../../model/rendered-body.ts';
import { ServiceError } from '../service-error.ts';
import { IndexReports } from './index-reports.ts';
import { jobsUnderWay, scannedManifests } from './indexer-metrics.ts';
import type { IndexerOptions } from './indexer-options.ts';
import type { StoredManifest } from './indexer-stores.ts';
import { JobKeeper } from './job-keeper.ts';
import { LayerReads } from './layer-reads.ts';
import { ManifestIndexing } from './manifest-indexing.ts';
import { requestableManifest } from './requestable-manifest.ts';
import { SCANNER_VERSION } from './scanner-version.ts';
import { LayerWorkers } from './worker/layer-workers.ts';

/** An index report has some tens of kilobytes: this is a thousand or more of them. */
const CACHE_BYTES = 64 * 1024 * 1024;

/** What other replicas left is taken by as many at a time; Quay posts one or two at a time itself. */
const MAX_TAKEN_OVER = 8;

export class Indexer {
  readonly #options: IndexerOptions;
  readonly #reports: IndexReports;
  readonly #reads: LayerReads;
  readonly #jobs: JobKeeper;
  readonly #indexing: ManifestIndexing;
  readonly #running = new Map<string, Promise<RenderedBody>>();
  readonly #ending = new AbortController();

  constructor(options: IndexerOptions) {
    this.#options = options;
    const { manifests, layers, jobs, upstream, log } = options;
    // Every job waits for it, and Node would take so many for a leak.
    setMaxListeners(0, this.#ending.signal);
    const owner = options.owner ?? crypto.randomUUID();
    const leaseSeconds = options.leaseSeconds ?? 30;
    const workers = new LayerWorkers(options.workers);
    this.#reports = new IndexReports(manifests, options.cacheBytes ?? CACHE_BYTES);
    this.#reads = new LayerReads({ store: layers, workers, owner, leaseSeconds, log });
    this.#jobs = new JobKeeper({ jobs, owner, leaseSeconds, sweepSeconds: options.sweepSeconds ?? 5, log });
    const tools = { layers, reads: this.#reads, workers };
    const reports = this.#reports;
    const { manifestSeconds } = options;
    this.#indexing = new ManifestIndexing({ manifests, reports, upstream, tools, manifestSeconds, log });
  }

  /** Begins to look after what other replicas leave unfinished. */
  start(): void {
    this.#jobs.start({
      free: () => MAX_TAKEN_OVER - this.#running.size,
      isRunning: (digest) => this.#running.has(digest),
      take: (manifest) => void this.#begin(manifest, true).catch(() => undefined),
    });
  }

  /** What clients compare: it changes when indexing again would bring more. */
  async state(): Promise<string> {
    return this.#options.state();
  }

  /**
   * The index report, in state IndexFinished or IndexError. What is begun goes on when nobody waits for it any more.
   * Throws ServiceError `BAD_REQUEST` when nobody will ever read the image, `UNAVAILABLE` and `UPSTREAM_UNAVAILABLE` when
   * the same may work in a moment; and StoreError.
   */
  async index(manifest: ClairManifest): Promise<RenderedBody> {
    const stored = await this.#options.manifests.find(manifest.hash);
    if (stored && this.#isCurrent(stored)) {
      scannedManifests.inc({ scanned_before: 'true' });
      return this.#reports.of(stored);
    }
    return this.#running.get(manifest.hash) ?? this.#begin(requestableManifest(manifest), false);
  }

  /** `undefined` when neither we nor the Clair behind us know the manifest. Throws as `index` does. */
  async indexReport(digest: string): Promise<RenderedBody | undefined> {
    const { manifests, upstream } = this.#options;
    const stored = await manifests.find(digest);
    const isTheirs = upstream !== undefined && (stored === undefined || stored.kind === 'upstream');
    if (isTheirs) return upstream.indexReport(digest);
    return stored && this.#reports.of(stored);
  }

  /** Those that were there. What is just being indexed stays, as in Clair. */
  async delete(digests: readonly string[]): Promise<string[]> {
    const { manifests, upstream } = this.#options;
    const idle = digests.filter((digest) => !this.#running.has(digest));
    const theirs = upstream ? await this.#ofUpstream(idle) : [];
    const deleted = new Set(await manifests.delete(idle));
    if (upstream && theirs.length > 0) {
      for (const digest of await upstream.delete(theirs)) deleted.add(digest);
    }
    return [...new Set(digests)].filter((digest) => deleted.has(digest));
  }

  /** Lets what runs end, for `graceSeconds`; what is not done then goes to other replicas, or to the next start. */
  async drain(graceSeconds = this.#options.graceSeconds ?? 5): Promise<void> {
    this.#jobs.stopSweeping();
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceSeconds * 1000);
    });
    await Promise.race([Promise.allSettled(this.#running.values()), grace]);
    clearTimeout(timer);
    this.#ending.abort(ending());
    await this.#reads.stop();
    await Promise.allSettled(this.#running.values());
    await this.#jobs.handBack();
  }

  #isCurrent({ state, scanner, kind }: StoredManifest): boolean {
    if (state !== 'IndexFinished' || scanner !== SCANNER_VERSION) return false;
    // Whoever is behind us answers for its own images, and gets those that nobody could read before it was there.
    return kind === 'windows' || (kind === 'other' && this.#options.upstream === undefined);
  }

  #begin(manifest: ClairManifest, hasJob: boolean): Promise<RenderedBody> {
    if (this.#ending.signal.aborted) return Promise.reject(ending());
    scannedManifests.inc({ scanned_before: 'false' });
    jobsUnderWay.inc();
    const work = this.#work(manifest, hasJob).finally(() => {
      this.#running.delete(manifest.hash);
      jobsUnderWay.dec();
    });
    // The client may have hung up; the failure has been counted and logged.
    work.catch(() => undefined);
    this.#running.set(manifest.hash, work);
    return work;
  }

  async #work(manifest: ClairManifest, hasJob: boolean): Promise<RenderedBody> {
    const { signal } = this.#ending;
    const waited = hasJob || (await this.#jobs.acquire(manifest, signal));
    try {
      // Whoever had the job before may have finished it.
      const stored = waited ? await this.#options.manifests.find(manifest.hash) : undefined;
      if (stored && this.#isCurrent(stored)) return await this.#reports.of(stored);
      return await this.#indexing.index(manifest, signal);
    } finally {
      // Handed back when the service ends.
      if (!signal.aborted) await this.#jobs.finish(manifest.hash);
    }
  }

  async #ofUpstream(digests: readonly string[]): Promise<string[]> {
    const stored = await Promise.all(digests.map((digest) => this.#options.manifests.find(digest)));
    return digests.filter((_digest, index) => {
      const kind = stored[index]?.kind;
      return kind === undefined || kind === 'upstream';
    });
  }
}

function ending(): ServiceError {
  return new ServiceError('UNAVAILABLE', 'the service is ending; post the manifest again');
}
