// The feed's folder and the settings: what one replica writes, the next one reads.
import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, testStore } from '../../test/builders/store-engine.ts';
import { digestOf } from '../base/digest.ts';
import { FeedFiles } from './feed-files.ts';
import { Settings } from './settings.ts';

/** Hashes instead of megabytes, which would be compared one by one. */
const hashesOf = (files: ReadonlyMap<string, Uint8Array>) =>
  Object.fromEntries([...files].map(([name, bytes]) => [name, digestOf(bytes)]));

describe.each(ENGINES)('%s', (engine) => {
  const store = testStore(engine);
  beforeEach(() => store.empty());

  test('files are replaced as a whole', async () => {
    const files = new FeedFiles(store.database);
    expect(await files.all()).toEqual(new Map());
    const first = new Map([
      ['state.json', Buffer.from('{"a":1}')],
      ['empty', Buffer.alloc(0)],
      ['documents-1.json.gz', randomBytes(9_000_000)],
    ]);
    await files.replace(first);
    expect(hashesOf(await files.all())).toEqual(hashesOf(first));
    const second = new Map([
      ['state.json', Buffer.from('{"a":2}')],
      ['documents-1.json.gz', first.get('documents-1.json.gz')!],
      ['ünusual näme', Buffer.from([0, 255])],
    ]);
    await files.replace(second);
    expect(hashesOf(await files.all())).toEqual(hashesOf(second));
    await files.replace(new Map());
    expect(await files.all()).toEqual(new Map());
  });

  test('what did not change is not written again', async () => {
    const files = new FeedFiles(store.database);
    const large = randomBytes(100_000);
    await files.replace(
      new Map([
        ['large', large],
        ['state', Buffer.from('1')],
      ]),
    );
    const written = () =>
      store.database.query(`select file, xmin::text from feed_chunk where file = 'large' order by place`);
    const before = await written();
    await files.replace(
      new Map([
        ['large', Buffer.from(large)],
        ['state', Buffer.from('2')],
      ]),
    );
    expect(await written()).toEqual(before);
  });

  test('a reader sees the files of one moment, while others write', async () => {
    const writers = [store.database, await store.replica()].map((database) => new FeedFiles(database));
    const setOf = (value: number) =>
      new Map(['a', 'b', 'c'].map((name) => [`${name}${value % 3}`, Buffer.alloc(1_000_000, value)]));
    await writers[0]!.replace(setOf(0));
    const write = Promise.all(
      writers.map(async (files, index) => {
        for (let round = 0; round < 3; round++) await files.replace(setOf(round * 2 + index));
      }),
    );
    for (let read = 0; read < 5; read++) {
      const files = await writers[1]!.all();
      const values = new Set([...files.values()].map((bytes) => bytes[0]));
      expect([files.size, values.size]).toEqual([3, 1]);
    }
    await write;
  });

  test('settings', async () => {
    const settings = new Settings(store.database);
    expect(await settings.get('upstream')).toBeUndefined();
    await settings.set('upstream', 'one');
    await settings.set('upstream', 'two');
    await settings.set('other', '');
    expect(await new Settings(await store.replica()).get('upstream')).toBe('two');
    expect(await settings.get('other')).toBe('');
  });
});
