// Waits for what comes to pass in another process.
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 100;
const LIMIT_MS = 45_000;

/** The first value that is not `undefined`. `what` is for the message when there is none in time. */
export async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (let waited = 0; waited < LIMIT_MS; waited += PAUSE_MS) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(PAUSE_MS);
  }
  throw new Error(`${what} did not come to pass`);
}
