// When the next update is due: a pure answer to what is known of the last ones.

export interface UpdateHistory {
  /** When the feeds were last read to their end; `undefined`: one of them never was. */
  readonly readAt: Date | undefined;
  /** Attempts in a row that did not read them to their end. */
  readonly failures: number;
  /** Of the last of these. */
  readonly failedAt: Date | undefined;
}

const MINUTE_MS = 60_000;

/**
 * After a failure: one minute, then two, then four. A first installation has nothing until it succeeds, and most
 * failures are a network that comes back; more often than hourly nobody is asked who does not answer.
 */
const FIRST_PAUSE_MS: number = MINUTE_MS;
const LONGEST_PAUSE_MS: number = 60 * MINUTE_MS;

export function dueAt({ readAt, failures, failedAt }: UpdateHistory, periodMs: number): Date {
  if (failures > 0 && failedAt) {
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS, periodMs);
    return new Date(failedAt.getTime() + pause);
  }
  return new Date(readAt ? readAt.getTime() + periodMs : 0);
}

/**
 * Added to every pause, so that the replicas of an installation, and all installations that were started by the same
 * clock, do not ask Microsoft in the same second. `random` is from 0 to 1.
 */
export function jitterMs(pauseMs: number, random: number): number {
  return Math.max(pauseMs, MINUTE_MS) * 0.1 * random;
}
