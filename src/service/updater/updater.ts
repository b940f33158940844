// Keeps the advisories of the service current: when to read the feeds, one replica at a time, and what to do if it fails.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LibraryStore } from '../../advisories/libraries/library-store.ts';
import { ClearstoryError } from '../../base/error.ts';
import type { Logger } from '../../base/log.ts';
import { AdvisoriesVersions, type StoredVersion } from '../../store/advisories-versions.ts';
import type { Database } from '../../store/database.ts';
import { Settings } from '../../store/settings.ts';
import { inSpan } from '../tracing/in-span.ts';
import type { FeedReport, FeedReports, FeedsRequest } from './feed-reports.ts';
import { type FeedStatus, readStatus, writeStatus } from './feed-status.ts';
import { FeedWorkspace, type WorkspaceChange } from './feed-workspace.ts';
import { readFeedsInThread } from './feeds-thread.ts';
import { logUpdate } from './log-update.ts';
import { dueAt, jitterMs } from './update-schedule.ts';
import { observeFeeds, updateDuration, updates } from './updater-metrics.ts';
import { type UpdaterSettings, type WantedFeeds, wantedFeeds } from './updater-settings.ts';

export interface UpdaterOptions {
  readonly database: Database;
  /** Where the folder that updates work on lies; see FeedWorkspace. */
  readonly scratchFolder: string;
  readonly settings: UpdaterSettings;
  readonly log: Logger;
  readonly clock?: UpdaterClock;
  /** Default: in a thread of its own. */
  readonly readFeeds?: (request: FeedsRequest, signal: AbortSignal) => Promise<FeedReports>;
}

export interface UpdaterClock {
  now(): Date;
  /** Rejects when `signal` is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** From 0 to 1. */
  random(): number;
}

/**
 * `not due`: the feeds were read recently, perhaps by another replica. `busy`: another replica, or an import, is at it.
 * `off`: there is nothing to read.
 */
export type UpdateOutcome = 'changed' | 'unchanged' | 'failed' | 'not due' | 'busy' | 'off';

/** When another replica is at it, or the store does not answer. */
const LOOK_AGAIN_MS = 60_000;

const CLOCK: UpdaterClock = {
  now: () => new Date(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal, ref: false }),
  random: Math.random,
};

export class Updater {
  readonly #options: UpdaterOptions;
  readonly #clock: UpdaterClock;
  readonly #wanted: WantedFeeds;
  readonly #workspace: FeedWorkspace;
  readonly #versions: AdvisoriesVersions;
  readonly #settings: Settings;
  readonly #stopped = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  /** Failures of an earlier run of this process's program do not count: whoever starts it again has repaired something. */
  #hasTried = false;

  constructor(options: UpdaterOptions) {
    const { database, scratchFolder, settings } = options;
    this.#options = options;
    this.#clock = options.clock ?? CLOCK;
    this.#wanted = wantedFeeds(settings);
    this.#workspace = new FeedWorkspace({ database, scratchFolder, retention: settings.retention });
    this.#versions = new AdvisoriesVersions(database);
    this.#settings = new Settings(database);
  }

  /** Returns at once; the first update begins at once, when it is due. */
  start(): void {
    observeFeeds({ observe: () => this.#observe() });
    this.#sayWhatIsOff();
    if (this.#isOff()) return;
    this.#loop = this.#run();
  }

  /** Ends an update that is running: the version before stays in force. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#loop;
    observeFeeds(undefined);
  }

  /** One update, if it is due. @throws StoreError */
  async runOnce(): Promise<UpdateOutcome> {
    if (this.#isOff()) return 'off';
    let isDue = false;
    const change = await this.#workspace.change(async (folder, lost) => {
      isDue = this.#clock.now() >= (await this.#dueAt());
      if (!isDue) return undefined;
      const signal = AbortSignal.any([lost, this.#stopped.signal]);
      return inSpan('read feeds', {}, () => this.#read(folder, signal));
    });
    if (!change) {
      // Whether it was due is known to whoever had the lock.
      return isDue || (await this.#isDueNow()) ? 'busy' : 'not due';
    }
    this.#hasTried = true;
    return this.#conclude(change);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      let pauseMs = LOOK_AGAIN_MS;
      try {
        const outcome = await this.runOnce();
        const dueInMs = (await this.#dueAt()).getTime() - this.#clock.now().getTime();
        if (outcome !== 'busy') pauseMs = Math.max(dueInMs, LOOK_AGAIN_MS / 2);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ClearstoryError) this.#options.log.warn(`advisories: ${error.message}`);
        else this.#options.log.error({ err: error }, 'a fault in the update of the advisories');
      }
      await this.#clock.sleep(pauseMs + jitterMs(pauseMs, this.#clock.random()), signal).catch(() => {});
    }
  }

  async #read(folder: string, signal: AbortSignal): Promise<FeedReports> {
    const { settings, readFeeds = readFeedsInThread } = this.#options;
    await this.#dropUnwanted(folder);
    const { msrc, osv } = this.#wanted;
    return readFeeds({ folder, now: this.#clock.now().toISOString(), msrc, osv, ca: settings.ca }, signal);
  }

  /** OSV that was fetched once and is no longer wanted would grow old unseen; what was imported stays. */
  async #dropUnwanted(folder: string): Promise<void> {
    if (this.#wanted.osv !== undefined) return;
    const state = await new LibraryStore(folder).state();
    if (state?.from) await rm(join(folder, 'osv', 'state.json'), { force: true });
  }

  async #conclude({
    result: reports,
    version,
    changed,
  }: WorkspaceChange<FeedReports>): Promise<UpdateOutcome> {
    const read = [reports.msrc, reports.osv].filter((report) => report !== undefined);
    const isFailed = read.some(({ failures }) => failures.length > 0);
    const before = await readStatus(this.#settings);
    await writeStatus(this.#settings, {
      ...before,
      failures: isFailed ? before.failures + 1 : 0,
      failedAt: isFailed ? this.#clock.now().toISOString() : undefined,
    });
    const outcome = isFailed ? 'failed' : changed ? 'changed' : 'unchanged';
    for (const [feed, report] of Object.entries(reports) as [string, FeedReport | undefined][]) {
      if (!report) continue;
      const own = report.failures.length > 0 ? 'failed' : report.read > 0 ? 'changed' : 'unchanged';
      updates.inc({ feed, outcome: own });
      updateDuration.observe({ feed }, report.seconds);
    }
    const nextAt = await this.#dueAt();
    logUpdate(this.#options.log, { reports, version: version?.version, changed, nextAt });
    return outcome;
  }

  async #isDueNow(): Promise<boolean> {
    return this.#clock.now() >= (await this.#dueAt());
  }

  async #dueAt(): Promise<Date> {
    const [latest, status] = await Promise.all([this.#versions.latest(), readStatus(this.#settings)]);
    const { failures, failedAt } = status;
    return dueAt(
      {
        readAt: this.#readAt(latest, status),
        failures: this.#hasTried ? failures : 0,
        failedAt: failedAt === undefined ? undefined : new Date(failedAt),
      },
      this.#options.settings.periodMs,
    );
  }

  /** Of the feed that was read the longest time ago. */
  #readAt(latest: StoredVersion | undefined, { osv }: FeedStatus): Date | undefined {
    const times: (string | undefined)[] = [];
    if (this.#wanted.msrc !== undefined) times.push(latest?.fetchedAt);
    if (this.#wanted.osv !== undefined) times.push(osv?.fetchedAt);
    if (times.some((time) => time === undefined)) return undefined;
    return new Date(Math.min(...times.map((time) => Date.parse(time!))));
  }

  #isOff(): boolean {
    return this.#wanted.msrc === undefined && this.#wanted.osv === undefined;
  }

  #sayWhatIsOff(): void {
    if (this.#wanted.msrc !== undefined) return;
    const { disableUpdaters } = this.#options.settings;
    const why = disableUpdaters ? 'matcher.disable_updaters is set' : 'updaters.sets is empty';
    this.#options.log.warn(
      `${why}: Microsoft's advisories are not fetched, only what "clearstory import" brings is known`,
    );
  }

  async #observe() {
    const [latest, status] = await Promise.all([this.#versions.latest(), readStatus(this.#settings)]);
    return { version: latest?.version, fetchedAt: latest?.fetchedAt, status, now: this.#clock.now() };
  }
}
