// Updates in the service: the accidents of the feed, several replicas, crashes, and when the next attempt is made.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { makeCertificate } from '../../../test/builders/certificates.ts';
import { serveOnLoopback } from '../../../test/builders/loopback-server.ts';
import { ENGINES, testStore } from '../../../test/builders/store-engine.ts';
import { entriesIn, month, UpdaterWorld } from '../../../test/builders/updater-world.ts';
import { AdvisoriesVersions } from '../../store/advisories-versions.ts';
import type { Database } from '../../store/database.ts';
import { readFeedsInThread } from './feeds-thread.ts';
import { readFeeds } from './read-feeds.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const THREAD = { readFeeds: readFeedsInThread };
const MAY = month('2026-May', 10);
const JUNE = month('2026-Jun', 100);

describe.each(ENGINES)('%s', (engine) => {
  const store = testStore(engine);
  beforeEach(() => store.empty());
  const versions = () => new AdvisoriesVersions(store.database);

  describe('what is put in force', () => {
    test('the first update, and a line that says so', async () => {
      const world = new UpdaterWorld();
      await world.serve(MAY, JUNE);
      expect(await world.replica(store.database).runOnce()).toBe('changed');
      expect(await entriesIn(store.database)).toEqual({ '2026-May': 10, '2026-Jun': 100 });
      expect(world.lines).toMatchObject([
        { level: 30, msg: expect.stringMatching(/^advisories are now at version [0-9a-f]{12}$/) },
      ]);
    });

    test('nothing new: the same version, confirmed', async () => {
      const world = new UpdaterWorld();
      await world.serve(MAY);
      const updater = world.replica(store.database);
      await updater.runOnce();
      const before = await versions().latest();
      world.clock.hours(7);
      expect(await updater.runOnce()).toBe('unchanged');
      expect(await versions().list()).toEqual([{ ...before, fetchedAt: world.clock.now().toISOString() }]);
    });

    test('a new month is a new version; only as many as are wanted stay, and two at least', async () => {
      const world = new UpdaterWorld();
      const updater = world.replica(store.database, { retention: 1 });
      for (const count of [1, 2, 3, 4]) {
        await world.serve(month('2026-May', count));
        expect(await updater.runOnce()).toBe('changed');
        world.clock.hours(7);
      }
      expect(await versions().list()).toHaveLength(2);
      expect(await entriesIn(store.database)).toEqual({ '2026-May': 4 });
    });
  });

  describe('accidents of the feed, on changing replicas', () => {
    /** Each update is another replica's, which has nothing but the store. */
    async function updateElsewhere(world: UpdaterWorld, hours: number): Promise<string> {
      world.clock.hours(hours);
      return world.replica(store.database).runOnce();
    }

    test('a month that leaves the index stays', async () => {
      const world = new UpdaterWorld();
      await world.serve(MAY, JUNE);
      await updateElsewhere(world, 0);
      await world.serve(MAY);
      expect(await updateElsewhere(world, 7)).toBe('unchanged');
      expect(await entriesIn(store.database)).toEqual({ '2026-May': 10, '2026-Jun': 100 });
    });

    test('a month that is smaller for 31 hours, its date set back: refused, warned of, and over', async () => {
      const world = new UpdaterWorld();
      await world.serve(JUNE);
      await updateElsewhere(world, 0);
      await world.serve(month('2026-Jun', 94, { released: '2026-06-01T07:00:00' }));
      for (const reads of [1, 2, 3, 4]) {
        expect(await updateElsewhere(world, 7)).toBe('unchanged');
        expect(world.warnings().at(-1)).toMatch(
          new RegExp(`^2026-Jun is served with an older date than before; .* \\(read ${reads} of 3`),
        );
      }
      await world.serve(JUNE);
      await updateElsewhere(world, 7);
      expect(await entriesIn(store.database)).toEqual({ '2026-Jun': 100 });
      expect(await versions().list()).toHaveLength(1);
      expect(world.warnings()).toHaveLength(4);
    });

    test('a loss that is confirmed by three replicas over 72 hours is believed', async () => {
      const world = new UpdaterWorld();
      await world.serve(JUNE);
      await updateElsewhere(world, 0);
      await world.serve(month('2026-Jun', 50));
      for (const hours of [7, 30, 35]) {
        expect(await updateElsewhere(world, hours)).toBe('unchanged');
        expect(await entriesIn(store.database)).toEqual({ '2026-Jun': 100 });
      }
      expect(await updateElsewhere(world, 7)).toBe('changed');
      expect(await entriesIn(store.database)).toEqual({ '2026-Jun': 50 });
    });

    test('an empty month', async () => {
      const world = new UpdaterWorld();
      await world.serve(JUNE);
      await updateElsewhere(world, 0);
      await world.serve(month('2026-Jun', 0));
      await updateElsewhere(world, 7);
      expect(await entriesIn(store.database)).toEqual({ '2026-Jun': 100 });
    });
  });

  describe('several replicas', () => {
    test('at once: one of them reads the feed', async () => {
      const world = new UpdaterWorld();
      await world.serve(JUNE);
      let reads = 0;
      const counted = {
        readFeeds: (request: Parameters<typeof readFeeds>[0]) => {
          reads++;
          return readFeeds(request);
        },
      };
      const replicas = await Promise.all(
        [1, 2, 3].map(async () => world.replica(await store.replica(), {}, counted)),
      );
      const outcomes = await Promise.all(replicas.map((replica) => replica.runOnce()));
      expect(outcomes.filter((outcome) => outcome === 'changed')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'busy' || outcome === 'not due')).toHaveLength(2);
      expect(reads).toBe(1);
      expect(await versions().list()).toHaveLength(1);
    });

    test('what one has read, another need not', async () => {
      const world = new UpdaterWorld();
      await world.serve(JUNE);
      await world.replica(store.database).runOnce();
      world.clock.hours(5);
      expect(await world.replica(store.database).runOnce()).toBe('not due');
      world.clock.hours(1);
      expect(await world.replica(store.database).runOnce()).toBe('unchanged');
    });
  });

  describe('killed', () => {
    /** The connection is gone for good at the first statement that looks like this. */
    function dyingAt(database: Database, statement: RegExp): Database {
      return {
        ...database,
        engine: database.engine,
        query: (text, values) => database.query(text, values),
        tryLock: (name, work) => database.tryLock(name, work),
        close: () => database.close(),
        transaction: (work) =>
          database.transaction((transaction) =>
            work({
              query: (text, values) => {
                if (statement.test(text)) throw new Error('killed');
                return transaction.query(text, values);
              },
            }),
          ),
      };
    }

    test.each([
      ['before the version is written', /^insert into advisories_version/],
      ['while its file is written', /^insert into advisories_chunk/],
      ['between the version and the files of the next update', /^insert into feed_file/],
      ['while these are written', /^insert into feed_chunk/],
      ['at the very end', /^\s*insert into setting/],
    ])('%s: the old version stays, and the next update repairs', async (_, statement) => {
      const world = new UpdaterWorld();
      await world.serve(JUNE);
      await world.replica(store.database).runOnce();
      const before = await versions().list();
      world.clock.hours(7);
      await world.serve(month('2026-Jun', 120));
      const dying = world.replica(dyingAt(store.database, statement));
      await expect(dying.runOnce()).rejects.toThrow('killed');
      expect(await versions().list()).toEqual(before);
      expect(await entriesIn(store.database)).toEqual({ '2026-Jun': 100 });
      expect(await world.replica(store.database).runOnce()).toBe('changed');
      expect(await entriesIn(store.database)).toEqual({ '2026-Jun': 120 });
    });

    test('after its own disk has changed, and before the store has: it goes on from the store', async () => {
      const world = new UpdaterWorld();
      await world.serve(JUNE);
      let isDying = false;
      const replica = world.replica(
        store.database,
        {},
        {
          readFeeds: async (request) => {
            const reports = await readFeeds(request);
            if (isDying) throw new Error('killed');
            return reports;
          },
        },
      );
      await replica.runOnce();
      world.clock.hours(7);
      // Refused once on the disk of this replica, which nobody gets to know.
      await world.serve(month('2026-Jun', 50));
      isDying = true;
      await expect(replica.runOnce()).rejects.toThrow('killed');
      isDying = false;
      await replica.runOnce();
      expect(world.warnings().at(-1)).toMatch(/read 1 of 3/);
    });
  });
});

describe('when', () => {
  const store = testStore('PGlite');
  beforeEach(() => store.empty());

  function running(world: UpdaterWorld, ...rest: [object?]): void {
    const updater = world.replica(store.database, ...rest);
    updater.start();
    onTestFinished(() => updater.stop());
  }

  test('at once at first, and again after the period and some more', async () => {
    const world = new UpdaterWorld();
    await world.serve(JUNE);
    running(world);
    expect(await world.clock.asleep()).toBe(6 * HOUR * 1.05);
    expect(await entriesIn(store.database)).toEqual({ '2026-Jun': 100 });
    await world.serve(month('2026-Jun', 101));
    world.clock.wake();
    await world.clock.asleep();
    expect(await entriesIn(store.database)).toEqual({ '2026-Jun': 101 });
  });

  test('not at once when another replica has just been at it', async () => {
    const world = new UpdaterWorld();
    await world.serve(JUNE);
    await world.replica(store.database).runOnce();
    world.clock.hours(4);
    running(world);
    expect(await world.clock.asleep()).toBe(2 * HOUR * 1.05);
  });

  test('after failures within minutes, then less often, and as ever once it works', async () => {
    const world = new UpdaterWorld();
    running(world);
    for (const minutes of [1, 2, 4, 8, 16, 32, 60, 60]) {
      expect(await world.clock.asleep()).toBeCloseTo(minutes * MINUTE * 1.05, -3);
      world.clock.wake();
    }
    await world.clock.asleep();
    expect(world.warnings()).toHaveLength(9);
    expect(world.warnings()[0]).toMatch(/index\.json: no such file.*next attempt at 2026-07-01T00:01:00/);
    expect(world.lines[1]?.msg).toBe('there are no advisories yet: nothing can be said of any image');
    await world.serve(JUNE);
    world.clock.wake();
    expect(await world.clock.asleep()).toBe(6 * HOUR * 1.05);
  });

  test('whoever starts the service again is not made to wait', async () => {
    const world = new UpdaterWorld();
    const first = world.replica(store.database);
    first.start();
    for (let failures = 0; failures < 5; failures++) {
      await world.clock.asleep();
      world.clock.wake();
    }
    await world.clock.asleep();
    await first.stop();
    await world.serve(JUNE);
    expect(await world.replica(store.database).runOnce()).toBe('changed');
  });

  test('one document that cannot be read is a failure too, and the others are in force', async () => {
    const world = new UpdaterWorld();
    await world.serve(MAY, JUNE);
    await world.replica(store.database).runOnce();
    world.clock.hours(7);
    await world.serve(month('2026-May', 11), month('2026-Jun', 101));
    writeFileSync(`${world.feed}/2026-Jun.xml`, '<cut');
    running(world);
    expect(await world.clock.asleep()).toBe(MINUTE * 1.05);
    expect(await entriesIn(store.database)).toEqual({ '2026-May': 11, '2026-Jun': 100 });
  });

  test('though a list of Clair’s own sets names no Microsoft', async () => {
    const world = new UpdaterWorld();
    await world.serve(JUNE);
    const updater = world.replica(store.database, { sets: ['rhel-vex', 'debian'] });
    expect(await updater.runOnce()).toBe('changed');
    await updater.stop();
  });

  test.each([
    ['matcher.disable_updaters', { disableUpdaters: true }, /^matcher\.disable_updaters is set/],
    ['no sets', { sets: [] }, /^updaters\.sets is empty/],
  ])('never, with %s, and it says so', async (_, settings, warning) => {
    const world = new UpdaterWorld();
    await world.serve(JUNE);
    const updater = world.replica(store.database, settings);
    updater.start();
    expect(await updater.runOnce()).toBe('off');
    await updater.stop();
    expect(world.warnings()).toEqual([expect.stringMatching(warning)]);
    expect(await new AdvisoriesVersions(store.database).latest()).toBeUndefined();
  });
});

describe('in a thread of its own', () => {
  const store = testStore('PGlite');
  beforeEach(() => store.empty());

  test('over HTTPS, with an authority of the site', async () => {
    const world = new UpdaterWorld();
    await world.serve(JUNE);
    const server = await serveOnLoopback((request, response) => {
      const path = request.url === '/updates' ? 'index.json' : `${request.url?.replace('/cvrf/', '')}.xml`;
      const file = join(world.feed, path);
      response.writeHead(existsSync(file) ? 200 : 404).end(existsSync(file) ? readFileSync(file) : '');
    }, makeCertificate());
    onTestFinished(() => server.close());
    const feed = { feed: server.url, ca: server.ca };
    expect(await world.replica(store.database, { ...feed, ca: undefined }, THREAD).runOnce()).toBe('failed');
    expect(await world.replica(store.database, feed, THREAD).runOnce()).toBe('changed');
    expect(await entriesIn(store.database)).toEqual({ '2026-Jun': 100 });
  });

  test('an update that hangs ends with the service, and leaves what was in force', async () => {
    const world = new UpdaterWorld();
    await world.serve(JUNE);
    await world.replica(store.database).runOnce();
    world.clock.hours(7);
    let asked: () => void = () => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const server = await serveOnLoopback(() => asked());
    onTestFinished(() => server.close());
    const updater = world.replica(store.database, { feed: server.url }, THREAD);
    updater.start();
    await isAsked;
    const start = performance.now();
    await updater.stop();
    expect(performance.now() - start).toBeLessThan(2000);
    expect(await entriesIn(store.database)).toEqual({ '2026-Jun': 100 });
    expect(world.warnings()).toEqual([]);
  });
});
