// Tells the registry which of its images a new version of the advisories concerns.
import { ClearstoryError } from '../../base/error.ts';
import type { Logger } from '../../base/log.ts';
import type { RenderedBody } from '../../model/rendered-body.ts';
import type { Database } from '../../store/database.ts';
import { NotificationDrafts, type PublishedSet } from '../../store/notification-drafts.ts';
import { Notifications } from '../../store/notifications.ts';
import { Deliveries } from './deliveries.ts';
import type { DeliveryTarget } from './delivery-target.ts';
import { type ChangeSources, type Detection, detectChange } from './detect-change.ts';
import { isUuid } from './notification-id.ts';
import { notificationPage, type PageQuery } from './notification-page.ts';
import { notifierMetrics } from './notifier-metrics.ts';
import { RepeatingTask } from './repeating-task.ts';

export interface NotifierOptions {
  readonly database: Database;
  readonly sources: ChangeSources;
  /** `undefined`: nobody is told, so that nothing is written down; what there is can still be read. */
  readonly target: DeliveryTarget | undefined;
  readonly settings: {
    readonly pollIntervalMs: number;
    /** Failed deliveries are tried again at least this often. */
    readonly deliveryIntervalMs: number;
    readonly disableSummary: boolean;
  };
  readonly log: Logger;
  /** Before the second attempt to deliver; doubled for each further one. Default 5 s. */
  readonly firstRetryMs?: number;
}

/**
 * A look for a new version, or for a set that another replica wrote and did not deliver, is one query by key: it is
 * made this often, however long the configured intervals are. Clair waits up to six hours, and one more to deliver.
 */
const LOOK_MS = 30_000;

/** Clair's. */
const COLLECTION_MS = 60 * 60 * 1000;

/** A set that was read and deleted stays readable for whoever reads it a second time. */
const DELETED_MS = COLLECTION_MS;

/** Clair's: after 14 days nobody comes any more for what was delivered. */
const DELIVERED_MS = 14 * 24 * 60 * 60 * 1000;

const FIRST_RETRY_MS = 5_000;

export class Notifier {
  readonly #options: NotifierOptions;
  readonly #log: Logger;
  readonly #notifications: Notifications;
  readonly #drafts: NotificationDrafts;
  readonly #deliveries: Deliveries | undefined;
  readonly #tasks: readonly RepeatingTask[];
  readonly #delivering: RepeatingTask;
  readonly #detecting: RepeatingTask;

  constructor(options: NotifierOptions) {
    const { database, target, settings, log } = options;
    this.#options = options;
    this.#log = log;
    this.#notifications = new Notifications(database);
    this.#drafts = new NotificationDrafts(database);
    this.#deliveries =
      target &&
      new Deliveries({
        notifications: this.#notifications,
        target,
        backOff: { firstMs: options.firstRetryMs ?? FIRST_RETRY_MS, maxMs: settings.deliveryIntervalMs },
        log,
      });
    this.#detecting = new RepeatingTask((signal) => this.#detect(signal));
    this.#delivering = new RepeatingTask((signal) => this.#deliver(signal));
    this.#tasks = [this.#detecting, this.#delivering, new RepeatingTask((signal) => this.#collect(signal))];
  }

  start(): void {
    if (process.env.NOTIFIER_TEST_MODE !== undefined) {
      // It makes Clair invent notifications, which a registry then mails to people as if they were real.
      this.#log.warn('NOTIFIER_TEST_MODE is set and has no effect: vulnerabilities are not invented');
    }
    for (const task of this.#deliveries ? this.#tasks : []) task.wake();
  }

  /** Other advisories are in force. Not needed, only sooner. */
  advisoriesChanged(): void {
    if (this.#deliveries) this.#detecting.wake();
  }

  /** A delivery that is under way is broken off, and made again by whoever comes next. */
  async stop(): Promise<void> {
    await Promise.all(this.#tasks.map((task) => task.stop()));
  }

  /** `undefined` when there is no such set here. Throws ServiceError BAD_REQUEST for a `next` of another set. */
  page(id: string, query: PageQuery = {}): Promise<RenderedBody | undefined> {
    return notificationPage(this.#notifications, id, query);
  }

  /** Whether there is such a set here; deleting it again is no different. */
  async delete(id: string): Promise<boolean> {
    if (!isUuid(id) || !(await this.#notifications.delete(id))) return false;
    notifierMetrics.setsDeleted.inc();
    return true;
  }

  async #detect(signal: AbortSignal): Promise<number> {
    const pauseMs = Math.min(this.#options.settings.pollIntervalMs, LOOK_MS);
    await this.#safely('looking for changes of the advisories', signal, async () => {
      const summary = !this.#options.settings.disableSummary;
      const started = Date.now();
      const detection = await this.#options.database.tryLock('notifier: detection', (lost) =>
        detectChange(this.#drafts, this.#options.sources, {
          summary,
          signal: AbortSignal.any([signal, lost]),
        }),
      );
      if (!detection || detection.outcome === 'current') return;
      notifierMetrics.detectionSeconds.observe((Date.now() - started) / 1000);
      this.#report(detection);
    });
    return pauseMs;
  }

  #report(detection: Detection): void {
    switch (detection.outcome) {
      case 'first':
        this.#log.info(
          { version: detection.version },
          'the first advisories: only later changes are notified',
        );
        return;
      case 'lost':
        this.#warnOfLoss(detection.version);
        return;
      case 'unaffected':
      case 'published': {
        const { processed, from, to } = detection;
        if (from > processed) this.#warnOfLoss(processed);
        if (detection.outcome === 'published') this.#announce(detection.set, { from, to });
        else this.#log.info({ from, to }, 'the advisories changed, and concern no image');
      }
    }
  }

  #announce({ id, notifications }: PublishedSet, versions: { from: number; to: number }): void {
    notifierMetrics.setsPut.inc();
    notifierMetrics.notificationsCreated.inc(notifications);
    this.#log.info(
      { notification: id, notifications, ...versions },
      'the advisories changed, and notifications were written',
    );
    this.#delivering.wake();
  }

  #warnOfLoss(version: number): void {
    this.#log.warn(
      { version },
      'the advisories that were compared last are no longer kept, so changes are missing from the notifications; raise matcher.update_retention',
    );
  }

  async #deliver(signal: AbortSignal): Promise<number> {
    let pauseMs = LOOK_MS;
    await this.#safely('delivering notifications', signal, async () => {
      const dueInMs = await this.#options.database.tryLock('notifier: delivery', (lost) =>
        this.#deliveries!.deliverDue(AbortSignal.any([signal, lost])),
      );
      pauseMs = Math.min(dueInMs ?? LOOK_MS, LOOK_MS);
      notifierMetrics.setsWaiting.set(await this.#notifications.countWaiting());
    });
    return pauseMs;
  }

  async #collect(signal: AbortSignal): Promise<number> {
    await this.#safely('removing old notifications', signal, async () => {
      const removed = await this.#options.database.tryLock('notifier: collection', () =>
        this.#notifications.collectGarbage({ deletedMs: DELETED_MS, deliveredMs: DELIVERED_MS }),
      );
      if (removed) notifierMetrics.setsCollected.inc(removed);
    });
    return COLLECTION_MS;
  }

  /** What fails here is done again at the next turn: the process goes on, and somebody is told. */
  async #safely(what: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ClearstoryError) {
        this.#log.warn({ code: error.code }, `${what} failed and is tried again: ${error.message}`);
      } else {
        this.#log.error({ err: error }, `${what} failed and is tried again`);
      }
    }
  }
}
