// Stops asking a service that is down, so that callers hear of it at once and it is left alone while it starts.

/** One lost connection is an accident, five failures in a row without a success between them are an outage. */
const FAILURES = 5;

/** The first pause: about as long as a restart of a container takes. */
const FIRST_PAUSE_MS = 5_000;

/** Doubled up to this: whoever repairs it does not want to wait longer for the next try. */
const LONGEST_PAUSE_MS = 30_000;

/** Times are milliseconds of any clock that never goes back. */
export class CircuitBreaker {
  #failures = 0;
  #pauses = 0;
  #closedUntil = Number.NEGATIVE_INFINITY;

  /** Whether it is worth asking now. After a pause everybody may: how many do at once is limited elsewhere. */
  permits(now: number): boolean {
    return now >= this.#closedUntil;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#pauses = 0;
    this.#closedUntil = Number.NEGATIVE_INFINITY;
  }

  /** It could not be reached, or said that it is out of service. */
  failed(now: number): void {
    this.#failures++;
    // What fails during a pause was sent before it, and says nothing new.
    if (this.#failures < FAILURES || now < this.#closedUntil) return;
    this.#closedUntil = now + Math.min(FIRST_PAUSE_MS * 2 ** this.#pauses, LONGEST_PAUSE_MS);
    this.#pauses++;
  }
}
