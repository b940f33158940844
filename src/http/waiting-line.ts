// Lets a set number of requests through at a time; the others wait for their turn instead of being sent away.
import { concurrencyLimited, waitingRequests } from './http-metrics.ts';

/**
 * For requests that wait. Quay counts a 429 as a failed attempt and gives an image up after five, so sending away is the last
 * resort: this many connections and manifests fit into some hundred megabytes.
 */
const MAX_WAITING = 1000;

export class WaitingLine {
  readonly #places: number;
  readonly #endpoint: string;
  readonly #waiting = new Set<() => void>();
  #taken = 0;

  constructor(places: number, endpoint: string) {
    this.#places = places;
    this.#endpoint = endpoint;
  }

  /**
   * Runs `work` when its turn comes. `full`: too many wait already. `gone`: the client went away while it waited; nothing was
   * begun, since the tokens it sent are valid for a minute and it will come back with others. What was begun goes on.
   */
  async wait<T>(gone: AbortSignal, work: () => Promise<T>): Promise<T | 'full' | 'gone'> {
    if (this.#taken < this.#places) this.#taken++;
    else {
      concurrencyLimited.inc({ endpoint: this.#endpoint, method: 'post' });
      if (this.#waiting.size >= MAX_WAITING) return 'full';
      waitingRequests.inc({ endpoint: this.#endpoint });
      const isTurn = await this.#turn(gone);
      waitingRequests.dec({ endpoint: this.#endpoint });
      if (!isTurn) return 'gone';
    }
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  #turn(gone: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const onTurn = (): void => {
        gone.removeEventListener('abort', onGone);
        resolve(true);
      };
      const onGone = (): void => {
        this.#waiting.delete(onTurn);
        resolve(false);
      };
      if (gone.aborted) return resolve(false);
      gone.addEventListener('abort', onGone, { once: true });
      this.#waiting.add(onTurn);
    });
  }

  /** The place goes straight to the next in line, so that nobody can slip in between. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#taken--;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
