// A feed in a directory, a store, and any number of replicas that keep its advisories current, by a clock of the test.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { decodeAdvisories } from '../../src/advisories/advisories-file.ts';
import type { Logger } from '../../src/base/log.ts';
import type { Advisories } from '../../src/model/advisories.ts';
import { readFeeds } from '../../src/service/updater/read-feeds.ts';
import { Updater, type UpdaterClock, type UpdaterOptions } from '../../src/service/updater/updater.ts';
import type { UpdaterSettings } from '../../src/service/updater/updater-settings.ts';
import { AdvisoriesVersions } from '../../src/store/advisories-versions.ts';
import type { Database } from '../../src/store/database.ts';
import { type CvrfSpec, writeFeed } from './cvrf.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const HOUR_MS = 3_600_000;
const START = Date.parse('2026-07-01T00:00:00Z');

/** Stands still until it is told to go on; whoever sleeps by it is woken by hand. */
export class TestClock implements UpdaterClock {
  #now = START;
  #isAsleep: (ms: number) => void = () => {};
  #asleep: Promise<number> = this.#untilAsleep();
  #wake: (() => void) | undefined;

  now(): Date {
    return new Date(this.#now);
  }

  random(): number {
    return 0.5;
  }

  hours(hours: number): void {
    this.#now += hours * HOUR_MS;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', reject, { once: true });
      this.#wake = () => {
        this.#now += ms;
        resolve();
      };
      this.#isAsleep(ms);
    });
  }

  /** Milliseconds that somebody has lain down for. */
  asleep(): Promise<number> {
    return this.#asleep;
  }

  /** Lets the time pass that is slept for. */
  wake(): void {
    this.#asleep = this.#untilAsleep();
    this.#wake?.();
  }

  #untilAsleep(): Promise<number> {
    return new Promise((resolve) => {
      this.#isAsleep = resolve;
    });
  }
}

/** To be made inside a test. */
export class UpdaterWorld {
  readonly clock: TestClock = new TestClock();
  readonly feed: string = join(temporaryDirectory(), 'feed');
  readonly lines: { readonly level: number; readonly msg: string }[] = [];
  readonly log: Logger = pino(
    new Writable({
      write: (line: Buffer, _encoding, done) => {
        this.lines.push(JSON.parse(line.toString()) as { level: number; msg: string });
        done();
      },
    }),
  );

  async serve(...documents: CvrfSpec[]): Promise<void> {
    rmSync(this.feed, { recursive: true, force: true });
    await writeFeed(this.feed, documents);
  }

  /** A replica with a disk of its own. The feeds are read in the test's own thread, which is faster to start. */
  replica(
    database: Database,
    settings: Partial<UpdaterSettings> = {},
    options: Partial<UpdaterOptions> = {},
  ): Updater {
    return new Updater({
      database,
      scratchFolder: temporaryDirectory(),
      settings: {
        periodMs: 6 * HOUR_MS,
        retention: 10,
        disableUpdaters: false,
        sets: undefined,
        feed: this.feed,
        osv: undefined,
        ca: undefined,
        ...settings,
      },
      log: this.log,
      clock: this.clock,
      readFeeds,
      ...options,
    });
  }

  warnings(): string[] {
    return this.lines.filter(({ level }) => level > 30).map(({ msg }) => msg);
  }
}

/** What the newest version in the store says. */
export async function advisoriesIn(database: Database): Promise<Advisories> {
  const versions = new AdvisoriesVersions(database);
  const latest = (await versions.latest())!;
  return decodeAdvisories(await versions.load(latest.id), 'the store', latest.fetchedAt);
}

/** Entries by document. */
export async function entriesIn(database: Database): Promise<Record<string, number>> {
  const { documents, entries } = await advisoriesIn(database);
  return Object.fromEntries(
    documents.map(({ id }, index) => [id, entries.filter((entry) => entry.document === index).length]),
  );
}

/** A document that affects one product by this many CVEs. */
export function month(id: string, count: number, more: Partial<CvrfSpec> = {}): CvrfSpec {
  const vulnerabilities = Array.from({ length: count }, (_, index) => ({
    id: `CVE-2026-${1000 + index}`,
    title: `${id} ${index}`,
    affected: ['11924'],
  }));
  return { id, released: '2026-06-09T07:00:00', products: { '11924': 'Server' }, vulnerabilities, ...more };
}
