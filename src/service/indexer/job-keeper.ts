// What this process has promised to index: kept in the store until it is done, so that another goes on when this one dies.
import type { Logger } from '../../base/log.ts';
import type { ClairManifest } from '../../model/clair.ts';
import { jobsTakenOver } from './indexer-metrics.ts';
import type { JobStore } from './indexer-stores.ts';
import { pollPause } from './poll-pause.ts';

export interface JobKeeperOptions {
  readonly jobs: JobStore;
  readonly owner: string;
  readonly leaseSeconds: number;
  readonly sweepSeconds: number;
  readonly log: Logger;
}

/** Who does the work. */
export interface JobTaker {
  /** How many more it can do. */
  free(): number;
  isRunning(digest: string): boolean;
  take(manifest: ClairManifest): void;
}

export class JobKeeper {
  readonly #options: JobKeeperOptions;
  readonly #held = new Set<string>();
  /** Still in the store, where others wait for it. */
  readonly #ended = new Set<string>();
  #renewal: NodeJS.Timeout | undefined;
  #sweep: NodeJS.Timeout | undefined;
  #isSweeping = false;

  constructor(options: JobKeeperOptions) {
    this.#options = options;
  }

  start(taker: JobTaker): void {
    const { sweepSeconds } = this.#options;
    this.#sweep = setInterval(() => void this.#takeOver(taker), sweepSeconds * 1000).unref();
  }

  stopSweeping(): void {
    clearInterval(this.#sweep);
  }

  /**
   * Resolves when the job is this process's: whether others had it before. Throws StoreError and the reason of `signal`.
   */
  async acquire(manifest: ClairManifest, signal: AbortSignal): Promise<boolean> {
    const { jobs, owner, leaseSeconds } = this.#options;
    const request = JSON.stringify(manifest);
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted();
      if (await jobs.start(manifest.hash, request, owner, leaseSeconds)) {
        this.#hold(manifest.hash);
        return attempt > 0;
      }
      await pollPause(attempt, signal);
    }
  }

  /** What cannot be removed now, because the database is away, is removed when it is back. */
  async finish(digest: string): Promise<void> {
    this.#held.delete(digest);
    this.#ended.add(digest);
    try {
      await this.#options.jobs.finish(digest);
      this.#ended.delete(digest);
    } catch (error) {
      this.#warn(error as Error, 'a job that has ended cannot be removed');
    }
  }

  /** Others may go on with what this process has at once. */
  async handBack(): Promise<void> {
    this.stopSweeping();
    clearInterval(this.#renewal);
    if (this.#held.size === 0) return;
    const { jobs, owner, log } = this.#options;
    await jobs.handBack(owner).catch((error: Error) => this.#warn(error, 'jobs cannot be handed back'));
    log.info({ jobs: this.#held.size }, 'manifests that are not indexed yet are left to other replicas');
  }

  #hold(digest: string): void {
    const { leaseSeconds } = this.#options;
    this.#held.add(digest);
    this.#ended.delete(digest);
    this.#renewal ??= setInterval(() => void this.#renew(), (leaseSeconds * 1000) / 3).unref();
  }

  async #renew(): Promise<void> {
    const { jobs, owner, leaseSeconds } = this.#options;
    for (const digest of this.#ended) if (!this.#held.has(digest)) await this.finish(digest);
    if (this.#held.size === 0) return;
    await jobs.renew(owner, leaseSeconds).catch((error: Error) => this.#warn(error, 'jobs cannot be kept'));
  }

  async #takeOver(taker: JobTaker): Promise<void> {
    const { jobs, owner, leaseSeconds, log } = this.#options;
    const free = taker.free();
    if (this.#isSweeping || free <= 0) return;
    this.#isSweeping = true;
    try {
      for (const { digest, request } of await jobs.takeOver(owner, leaseSeconds, free)) {
        // Its lease could not be renewed in time, and now it has been.
        if (taker.isRunning(digest)) continue;
        jobsTakenOver.inc();
        log.info({ manifest: digest }, 'going on with what another replica left');
        this.#hold(digest);
        taker.take(JSON.parse(request) as ClairManifest);
      }
    } catch (error) {
      this.#warn(error as Error, 'what other replicas left cannot be looked for');
    } finally {
      this.#isSweeping = false;
    }
  }

  #warn(error: Error, message: string): void {
    this.#options.log.warn({ reason: error.message }, message);
  }
}
