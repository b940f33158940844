// Lets a limited number of requests through at a time; the others wait, though not for ever.

/** Beyond this many the last would never have its turn in time. */
const LONGEST_LINE = 500;

export class WaitingLine {
  readonly #waiting: ((hasTurn: boolean) => void)[] = [];
  #free: number;

  constructor(places: number) {
    this.#free = places;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /**
   * Runs `task` when its turn comes, in the order of the calls; `undefined` when that is not within `waitMs`, or when
   * the line is too long to stand in.
   */
  async run<T>(waitMs: number, task: () => Promise<T>): Promise<T | undefined> {
    if (!(await this.#turn(waitMs))) return undefined;
    try {
      return await task();
    } finally {
      // The place goes straight to the next in line, so that nobody can slip in between.
      const next = this.#waiting.shift();
      if (next) next(true);
      else this.#free++;
    }
  }

  async #turn(waitMs: number): Promise<boolean> {
    if (this.#free > 0) {
      this.#free--;
      return true;
    }
    if (this.#waiting.length >= LONGEST_LINE) return false;
    return await new Promise((resolve) => {
      const enter = (hasTurn: boolean): void => {
        clearTimeout(timer);
        resolve(hasTurn);
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        resolve(false);
      }, waitMs);
      this.#waiting.push(enter);
    });
  }
}
