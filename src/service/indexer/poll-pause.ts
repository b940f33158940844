// How long to wait before asking again whether somebody else is done.
import { setTimeout as sleep } from 'node:timers/promises';

/** A small layer is read in this time. */
const FIRST_MS = 200;

/** Of a large one nobody minds a second; ten thousand that wait ask the database ten thousand times in it. */
const LONGEST_MS = 1_000;

/** Grows with `attempt`, from 0, and is never the same for two that began together. Rejects when `signal` aborts. */
export async function pollPause(attempt: number, signal: AbortSignal): Promise<void> {
  const ms = Math.min(FIRST_MS * 1.5 ** attempt, LONGEST_MS);
  await sleep(ms * (0.5 + Math.random() / 2), undefined, { signal });
}
