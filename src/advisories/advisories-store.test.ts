// The store: what is in use, what is cleared, what is damage.
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import { AdvisoriesStore, type FeedState } from './advisories-store.ts';
import type { DocumentRecord } from './normalise.ts';

const PARTS = { fetchedAt: '2026-07-01T00:00:00Z', refusals: 0, documents: {} };

function records(name: string): DocumentRecord[] {
  return [
    { id: '2026-Jun', released: '2026-06-09T07:00:00Z', served: 0, products: { '1': name }, entries: [] },
  ];
}

function newStore(): { store: AdvisoriesStore; folder: string } {
  const cache = temporaryDirectory();
  return { store: new AdvisoriesStore(cache), folder: join(cache, 'advisories') };
}

/** Makes every file but the state older than any update can be. */
function age(folder: string): void {
  const longAgo = new Date(Date.now() - 2 * 60 * 60 * 1000);
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), longAgo, longAgo);
}

function filesOf(...states: FeedState[]): string[] {
  return ['state.json', ...states.flatMap((state) => [state.advisoriesFile, state.recordsFile])].sort();
}

test('nothing before the first update, then what was stored', async () => {
  const { store } = newStore();
  expect(await store.state()).toBeUndefined();
  const state = await store.replace(records('one'), PARTS);
  expect(await store.state()).toEqual(state);
  expect((await store.load(state)).products.get('1')).toBe('one');
  expect((await store.load(state)).fetchedAt).toBe(PARTS.fetchedAt);
  expect(await store.records(state)).toEqual(records('one'));
});

test('orphans are cleared when old; a running update keeps its young files', async () => {
  const { store, folder } = newStore();
  const first = await store.replace(records('one'), PARTS);
  writeFileSync(join(folder, 'advisories-dead.bin'), 'killed long ago');
  age(folder);
  writeFileSync(join(folder, 'state.json.abc.tmp'), 'being written');
  const second = await store.replace(records('two'), PARTS);
  expect(readdirSync(folder).sort()).toEqual([...filesOf(first, second), 'state.json.abc.tmp'].sort());
});

test('the version before stays readable for those who hold its state, the one before that goes', async () => {
  const { store, folder } = newStore();
  await store.replace(records('one'), PARTS);
  const second = await store.replace(records('two'), PARTS);
  age(folder);
  const third = await store.replace(records('three'), PARTS);
  expect((await store.load(second)).products.get('1')).toBe('two');
  expect(readdirSync(folder).sort()).toEqual(filesOf(second, third));
});

test.each(['', '{"format":1', 'null', '{"format":1}', '{"format":1,"version":7}'])(
  'state %j: CORRUPT_FILE',
  async (text) => {
    const { store, folder } = newStore();
    await store.replace(records('one'), PARTS);
    writeFileSync(join(folder, 'state.json'), text);
    await expect(store.state()).rejects.toMatchObject({
      code: 'CORRUPT_FILE',
      message: expect.stringContaining(join(folder, 'state.json')),
    });
  },
);

test('a state of another format counts as none', async () => {
  const { store, folder } = newStore();
  await store.replace(records('one'), PARTS);
  writeFileSync(join(folder, 'state.json'), '{"format":0,"anything":[]}');
  expect(await store.state()).toBeUndefined();
});

test('damaged or missing files: CORRUPT_FILE', async () => {
  const { store, folder } = newStore();
  const state = await store.replace(records('one'), PARTS);
  expect(await store.isIntact(state)).toBe(true);
  for (const name of [state.advisoriesFile, state.recordsFile]) writeFileSync(join(folder, name), 'x');
  await expect(store.load(state)).rejects.toMatchObject({ code: 'CORRUPT_FILE' });
  await expect(store.records(state)).rejects.toMatchObject({ code: 'CORRUPT_FILE' });
  expect(await store.isIntact(state)).toBe(false);
  const gone = { ...state, advisoriesFile: 'gone.bin', recordsFile: 'gone.gz' };
  await expect(store.load(gone)).rejects.toThrow(/missing/);
  await expect(store.records(gone)).rejects.toThrow(/missing/);
});
