// Hands sets of notifications to their receiver: in order, again and again until it has them, by one replica at a time.
import type { Logger } from '../../base/log.ts';
import type { NotificationSet, Notifications } from '../../store/notifications.ts';
import { inSpan } from '../tracing/in-span.ts';
import { type BackOff, backOffMs } from './back-off.ts';
import { DeliveryError } from './delivery-error.ts';
import type { DeliveryTarget, OutgoingSet } from './delivery-target.ts';
import { notifierMetrics } from './notifier-metrics.ts';
import { readNotifications } from './read-notifications.ts';

/** Read at once while a set is delivered whole: a few megabytes. */
const NOTIFICATIONS_A_READ = 1_000;

export class Deliveries {
  readonly #notifications: Notifications;
  readonly #target: DeliveryTarget;
  readonly #backOff: BackOff;
  readonly #log: Logger;

  constructor(options: {
    notifications: Notifications;
    target: DeliveryTarget;
    backOff: BackOff;
    log: Logger;
  }) {
    this.#notifications = options.notifications;
    this.#target = options.target;
    this.#backOff = options.backOff;
    this.#log = options.log;
  }

  /**
   * Delivers all sets that are due, the oldest first; a set that fails holds up the later ones, which would go to the
   * same receiver. To be called under the delivery lock. Returns milliseconds until the next is due; `undefined` when
   * none waits.
   */
  async deliverDue(signal: AbortSignal): Promise<number | undefined> {
    for (;;) {
      signal.throwIfAborted();
      const set = await this.#notifications.nextWaiting();
      if (!set) return undefined;
      if (set.dueInMs > 0) return set.dueInMs;
      const failure = await this.#attempt(set, signal);
      if (!failure) continue;
      const failures = set.attempts + 1;
      const retryInMs = backOffMs(this.#backOff, failures);
      await this.#notifications.markFailed(set.seq, retryInMs);
      const retryInSeconds = Math.round(retryInMs / 1000);
      this.#log.warn(
        { notification: set.id, code: failure.code, failures, retryInSeconds },
        `notifications were not delivered: ${failure.message}`,
      );
    }
  }

  /** A crash between the receiver's confirmation and ours delivers the set once more: at least once. */
  async #attempt(set: NotificationSet, signal: AbortSignal): Promise<DeliveryError | undefined> {
    const { mechanism, isDirect } = this.#target;
    const started = process.hrtime.bigint();
    const observe = (outcome: string): void => {
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      notifierMetrics.deliverySeconds.observe({ mechanism, outcome }, seconds);
    };
    try {
      await inSpan('deliver notifications', { mechanism, notification: set.id }, () =>
        this.#target.deliver(this.#outgoing(set), signal),
      );
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      observe('failed');
      notifierMetrics.deliveriesFailed.inc();
      return error;
    }
    observe('delivered');
    await this.#notifications.markDelivered(set.seq);
    notifierMetrics.setsDelivered.inc();
    if (isDirect && (await this.#notifications.delete(set.id))) notifierMetrics.setsDeleted.inc();
    this.#log.info(
      { notification: set.id, mechanism, notifications: set.notifications },
      'notifications delivered',
    );
    return undefined;
  }

  #outgoing(set: NotificationSet): OutgoingSet {
    return { id: set.id, messages: (perMessage) => messagesOf(this.#notifications, set, perMessage) };
  }
}

async function* messagesOf(
  notifications: Notifications,
  set: NotificationSet,
  perMessage: number,
): AsyncGenerator<Buffer> {
  let batch: string[] = [];
  for (let after = 0; after < set.notifications; after += NOTIFICATIONS_A_READ) {
    for (const { json } of await readNotifications(notifications, set, after, NOTIFICATIONS_A_READ)) {
      if (batch.push(json) < perMessage) continue;
      yield arrayOf(batch);
      batch = [];
    }
  }
  if (batch.length > 0) yield arrayOf(batch);
}

function arrayOf(notifications: readonly string[]): Buffer {
  return Buffer.from(`[${notifications.join(',')}]`);
}
