// Updates from a directory: what is read, what is kept, what is refused, what is repaired.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildCvrf, type CvrfSpec, writeFeed } from '../../test/builders/cvrf.ts';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import { AdvisoriesStore, type FeedState } from './advisories-store.ts';
import { DirectoryFeed } from './directory-feed.ts';
import { type UpdateResult, updateAdvisories } from './update.ts';

const HOUR = 60 * 60 * 1000;
const START = Date.parse('2026-07-01T00:00:00Z');

/** A document that affects one product by this many CVEs. */
function document(id: string, count: number, more: Partial<CvrfSpec> = {}): CvrfSpec {
  const vulnerabilities = Array.from({ length: count }, (_, index) => ({
    id: `CVE-2026-${1000 + index}`,
    title: `${id} ${index}`,
    affected: ['11924'],
  }));
  return { id, released: '2026-06-09T07:00:00', products: { '11924': 'Server' }, vulnerabilities, ...more };
}

const MAY = document('2026-May', 10);
const JUNE = document('2026-Jun', 100);

class World {
  readonly feedFolder: string;
  readonly folder: string;
  readonly store: AdvisoriesStore;

  constructor() {
    const root = temporaryDirectory();
    this.feedFolder = join(root, 'feed');
    this.store = new AdvisoriesStore(root);
    this.folder = join(root, 'advisories');
  }

  async serve(...documents: CvrfSpec[]): Promise<void> {
    rmSync(this.feedFolder, { recursive: true, force: true });
    await writeFeed(this.feedFolder, documents);
  }

  /** Keeps the beginning of a document's file only. */
  cut(id: string): void {
    const path = join(this.feedFolder, `${id}.xml`);
    writeFileSync(path, readFileSync(path).subarray(0, 2000));
  }

  update(hours = 0): Promise<UpdateResult> {
    return updateAdvisories(new DirectoryFeed(this.feedFolder), this.store, new Date(START + hours * HOUR));
  }

  async state(): Promise<FeedState> {
    return (await this.store.state())!;
  }

  /** Number of entries per document in use. */
  async inUse(): Promise<Record<string, number>> {
    const { documents, entries } = await this.store.load(await this.state());
    return Object.fromEntries(
      documents.map(({ id }, index) => [id, entries.filter((entry) => entry.document === index).length]),
    );
  }
}

describe('what is read', () => {
  test('first build', async () => {
    const world = new World();
    await world.serve(MAY, JUNE);
    const result = await world.update();
    expect(result).toMatchObject({ changed: true, documents: 2, read: 2, refused: [], failures: [] });
    expect(await world.inUse()).toEqual({ '2026-May': 10, '2026-Jun': 100 });
    expect((await world.state()).version).toBe(result.version);
  });

  test('an unchanged feed: nothing is read, the records are not touched, the time moves', async () => {
    const world = new World();
    await world.serve(MAY, JUNE);
    const { version } = await world.update();
    const { recordsFile } = await world.state();
    rmSync(join(world.folder, recordsFile));
    expect(await world.update(5)).toMatchObject({ version, changed: false, read: 0, documents: 2 });
    expect((await world.state()).fetchedAt).toBe('2026-07-01T05:00:00.000Z');
    expect(existsSync(join(world.folder, recordsFile))).toBe(false);
  });

  test('a changed document replaces the one before', async () => {
    const world = new World();
    await world.serve(MAY, JUNE);
    const { version } = await world.update();
    await world.serve(MAY, document('2026-Jun', 120, { released: '2026-06-10T07:00:00' }));
    const result = await world.update();
    expect(result).toMatchObject({ changed: true, read: 1 });
    expect(result.version).not.toBe(version);
    expect(await world.inUse()).toEqual({ '2026-May': 10, '2026-Jun': 120 });
  });

  test('a new month joins', async () => {
    const world = new World();
    await world.serve(MAY);
    await world.update();
    await world.serve(MAY, JUNE);
    expect(await world.update()).toMatchObject({ read: 1, documents: 2 });
  });

  test('a month that vanishes stays', async () => {
    const world = new World();
    await world.serve(MAY, JUNE);
    await world.update();
    await world.serve(MAY);
    expect(await world.update(1)).toMatchObject({ changed: false, documents: 2, failures: [] });
    expect(await world.inUse()).toEqual({ '2026-May': 10, '2026-Jun': 100 });
  });

  test('progress counts up to the total', async () => {
    const world = new World();
    await world.serve(document('2020-Jan', 1), document('2020-Feb', 1));
    const seen: string[] = [];
    const feed = new DirectoryFeed(world.feedFolder);
    await updateAdvisories(feed, world.store, new Date(START), {
      onProgress: (done, total) => seen.push(`${done}/${total}`),
    });
    // The two listed, and the last three months, which are asked for in any case.
    expect(seen).toEqual(['1/5', '2/5', '3/5', '4/5', '5/5']);
  });
});

describe('documents that cannot be read', () => {
  test('a cut one: the last good copy stays, others are applied, the failure is reported', async () => {
    const world = new World();
    await world.serve(MAY, JUNE);
    await world.update();
    const { fetchedAt } = await world.state();
    await world.serve(document('2026-May', 12), document('2026-Jun', 120));
    world.cut('2026-Jun');
    const result = await world.update(1);
    expect(result.failures).toMatchObject([
      { code: 'DOCUMENT_UNREADABLE', message: expect.stringContaining('2026-Jun') },
    ]);
    expect(await world.inUse()).toEqual({ '2026-May': 12, '2026-Jun': 100 });
    expect((await world.state()).fetchedAt, 'the feed was not read to its end').toBe(fetchedAt);
    await world.serve(document('2026-May', 12), document('2026-Jun', 120));
    expect((await world.update(2)).failures).toEqual([]);
    expect(await world.inUse()).toEqual({ '2026-May': 12, '2026-Jun': 120 });
  });

  test('a cut one at the first build: an error, and nothing is written', async () => {
    const world = new World();
    await world.serve(MAY, JUNE);
    world.cut('2026-Jun');
    await expect(world.update()).rejects.toMatchObject({ code: 'DOCUMENT_UNREADABLE' });
    expect(existsSync(world.folder)).toBe(false);
  });

  test('listed, but not there: a gap at the first build, a failure later', async () => {
    const world = new World();
    await world.serve(MAY, JUNE);
    rmSync(join(world.feedFolder, '2026-Jun.xml'));
    await expect(world.update()).rejects.toMatchObject({ code: 'DOCUMENT_MISSING' });
    await world.serve(MAY);
    await world.update();
    await world.serve(MAY, JUNE);
    rmSync(join(world.feedFolder, '2026-Jun.xml'));
    expect((await world.update()).failures).toMatchObject([{ code: 'DOCUMENT_MISSING' }]);
    expect(await world.inUse()).toEqual({ '2026-May': 10 });
  });

  test('one that calls itself something else is not taken', async () => {
    const world = new World();
    await world.serve(MAY, JUNE);
    await world.update();
    writeFileSync(join(world.feedFolder, '2026-Jun.xml'), buildCvrf(document('2026-May', 500)));
    expect((await world.update()).failures).toMatchObject([
      { code: 'DOCUMENT_UNREADABLE', message: expect.stringContaining('calls itself 2026-May') },
    ]);
    expect(await world.inUse()).toEqual({ '2026-May': 10, '2026-Jun': 100 });
  });

  test('another case of the ID is the same document', async () => {
    const world = new World();
    await world.serve(document('2018-FEB', 3));
    await world.update();
    await world.serve(document('2018-Feb', 4));
    expect(await world.update()).toMatchObject({ documents: 1, read: 1 });
  });
});

describe('doubtful documents', () => {
  const smaller = document('2026-Jun', 50, { released: '2026-06-10T07:00:00' });

  test('refused and counted until confirmed, then believed', async () => {
    const world = new World();
    await world.serve(JUNE);
    await world.update(0);
    await world.serve(smaller);
    for (const [index, hours] of [1, 40, 72].entries()) {
      const result = await world.update(hours);
      expect(result.refused).toMatchObject([{ id: '2026-Jun', refusal: { reason: 'smaller' } }]);
      expect(result.refused[0]?.kept).toBe('2026-06-09T07:00:00Z');
      expect((await world.state()).refusals).toBe(index + 1);
      expect(await world.inUse()).toEqual({ '2026-Jun': 100 });
    }
    expect((await world.update(73)).refused).toEqual([]);
    expect(await world.inUse()).toEqual({ '2026-Jun': 50 });
  });

  test('the good copy served again ends the doubt', async () => {
    const world = new World();
    await world.serve(JUNE);
    await world.update(0);
    await world.serve(smaller);
    await world.update(1);
    await world.update(2);
    await world.serve(JUNE);
    await world.update(3);
    await world.serve(smaller);
    expect((await world.update(80)).refused).toMatchObject([{ refusal: { reads: 1 } }]);
  });

  test('lost entries are carried over, and dropped only after three reads and 72 hours', async () => {
    const world = new World();
    await world.serve(JUNE);
    await world.update(0);
    await world.serve(document('2026-Jun', 99, { released: '2026-06-10T07:00:00' }));
    for (const hours of [1, 2, 72]) {
      await world.update(hours);
      expect(await world.inUse(), `after ${hours} hours`).toEqual({ '2026-Jun': 100 });
    }
    await world.update(73);
    expect(await world.inUse()).toEqual({ '2026-Jun': 99 });
    expect((await world.state()).documents['2026-jun']).not.toHaveProperty('carried');
  });

  test('the same absence in documents that go on changing confirms itself too', async () => {
    const world = new World();
    await world.serve(JUNE);
    await world.update(0);
    for (const [day, kept] of [
      [1, 100],
      [2, 100],
      [4, 99],
    ] as const) {
      await world.serve(document('2026-Jun', 99, { released: `2026-07-0${day}T00:00:00` }));
      await world.update(day * 24);
      expect(await world.inUse(), `day ${day}`).toEqual({ '2026-Jun': kept });
    }
  });

  test('a carried entry that comes back is not dropped', async () => {
    const world = new World();
    await world.serve(JUNE);
    await world.update(0);
    await world.serve(document('2026-Jun', 99));
    await world.update(1);
    await world.serve(JUNE);
    for (const hours of [2, 60, 100, 200]) await world.update(hours);
    expect(await world.inUse()).toEqual({ '2026-Jun': 100 });
  });
});

describe('damage of our own files', () => {
  async function damaged(pick: (state: FeedState) => string, content: string): Promise<World> {
    const world = new World();
    await world.serve(MAY, JUNE);
    await world.update();
    writeFileSync(join(world.folder, pick(await world.state())), content);
    return world;
  }

  test.each(['', 'garbage', 'null', '{"format":1}'])('state %j: built anew', async (content) => {
    const world = await damaged(() => 'state.json', content);
    expect(await world.update()).toMatchObject({ read: 2, failures: [] });
    expect(await world.inUse()).toEqual({ '2026-May': 10, '2026-Jun': 100 });
  });

  test('advisories, while the feed stands still: made of the records', async () => {
    const world = await damaged((state) => state.advisoriesFile, 'garbage');
    expect(await world.update()).toMatchObject({ read: 0 });
    expect(await world.inUse()).toEqual({ '2026-May': 10, '2026-Jun': 100 });
  });

  test('records: read anew when a change needs them', async () => {
    const world = await damaged((state) => state.recordsFile, 'garbage');
    await world.serve(MAY, document('2026-Jun', 101));
    expect(await world.update()).toMatchObject({ read: 2 });
    expect(await world.inUse()).toEqual({ '2026-May': 10, '2026-Jun': 101 });
  });

  test('everything at once, and the feed broken too: nothing is put in place of it', async () => {
    const world = await damaged((state) => state.advisoriesFile, 'garbage');
    for (const name of readdirSync(world.folder)) writeFileSync(join(world.folder, name), 'garbage');
    world.cut('2026-Jun');
    await expect(world.update()).rejects.toMatchObject({ code: 'DOCUMENT_UNREADABLE' });
    expect(readFileSync(join(world.folder, 'state.json'), 'utf8')).toBe('garbage');
  });
});

test('a feed that cannot be read changes nothing', async () => {
  const world = new World();
  await world.serve(MAY);
  await world.update();
  const before = await world.state();
  writeFileSync(join(world.feedFolder, 'index.json'), '<html>');
  await expect(world.update(1)).rejects.toMatchObject({ code: 'FEED_UNREADABLE' });
  expect(await world.state()).toEqual(before);
});

test('a folder that cannot be written is an error, not a silent success', async () => {
  const world = new World();
  await world.serve(MAY);
  mkdirSync(join(world.folder, 'state.json'), { recursive: true });
  await expect(world.update()).rejects.toThrow(/EISDIR|directory/);
});
