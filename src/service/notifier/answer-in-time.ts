// An end to waiting for a broker that has gone silent.
import { DeliveryError } from './delivery-error.ts';

/** Longer than a broker takes to write a batch to its disks, also while it is short of memory for a moment. */
const ANSWER_MS = 30_000;

/**
 * What `answer` gives; DeliveryError SILENT after `ms`, or the reason of `signal` when it is aborted. `answer` goes on
 * unwatched then: the caller has to end what it waits for.
 */
export async function answerInTime<T>(
  answer: Promise<T>,
  { host, signal, ms = ANSWER_MS }: { host: string; signal: AbortSignal; ms?: number },
): Promise<T> {
  // It may still fail when nobody waits for it any more.
  answer.catch(() => undefined);
  signal.throwIfAborted();
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      finish();
      reject(new DeliveryError('SILENT', `${host} did not answer within ${Math.ceil(ms / 1000)} s`));
    }, ms);
    const aborted = (): void => {
      finish();
      reject(signal.reason);
    };
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
    };
    signal.addEventListener('abort', aborted, { once: true });
    answer.finally(finish).then(resolve, reject);
  });
}
