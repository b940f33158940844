// Versions of the advisories: files come back byte by byte, and the newest is the latest.
import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, testStore } from '../../test/builders/store-engine.ts';
import { AdvisoriesVersions } from './advisories-versions.ts';

const FETCHED = '2026-06-09T17:00:00.000Z';
const LATER = '2026-06-09T18:00:00.000Z';

describe.each(ENGINES)('%s', (engine) => {
  const store = testStore(engine);
  const versions = () => new AdvisoriesVersions(store.database);
  const add = (version: string, file: Uint8Array = Buffer.from(version), fetchedAt = FETCHED) =>
    versions().add({ version, fetchedAt, file });
  const names = async () => (await versions().list()).map(({ version }) => version);
  beforeEach(() => store.empty());

  test('none at first', async () => {
    expect(await versions().latest()).toBeUndefined();
    expect(await versions().list()).toEqual([]);
    await versions().confirm(FETCHED);
    expect(await versions().prune(3)).toBe(0);
    await expect(versions().load(1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('files of any size come back as they were', async () => {
    for (const size of [0, 1, 4 * 1024 * 1024, 9 * 1024 * 1024 + 1]) {
      const file = randomBytes(size);
      const { id } = await add(`of ${size} bytes`, file);
      expect((await versions().load(id)).equals(file), `${size} bytes`).toBe(true);
    }
  });

  test('the newest first, each with a ref of its own', async () => {
    const [a, b] = [await add('a'), await add('b')];
    expect(await versions().latest()).toEqual(b);
    expect(await versions().list()).toEqual([b, a]);
    expect(a).toMatchObject({ version: 'a', fetchedAt: FETCHED });
    expect(b.id).toBeGreaterThan(a.id);
    expect(new Set([a.ref, b.ref]).size).toBe(2);
    expect(Math.abs(Date.parse(a.createdAt) - Date.now())).toBeLessThan(3_600_000);
  });

  test('the same again confirms the latest; what was before it is a version anew', async () => {
    const a = await add('a');
    expect(await add('a', undefined, LATER)).toEqual({ ...a, fetchedAt: LATER });
    await add('b');
    expect((await add('a')).id).not.toBe(a.id);
    expect(await names()).toEqual(['a', 'b', 'a']);
    await versions().confirm(LATER);
    expect((await versions().list()).map(({ fetchedAt }) => fetchedAt)).toEqual([LATER, FETCHED, LATER]);
    await versions().confirm(FETCHED);
    expect((await versions().latest())?.fetchedAt, 'never back in time').toBe(LATER);
  });

  test('two replicas that add the same at once add one', async () => {
    const replicas = [store.database, await store.replica()].map(
      (database) => new AdvisoriesVersions(database),
    );
    const file = randomBytes(5_000_000);
    const added = await Promise.all(
      [...replicas, ...replicas].map((each) => each.add({ version: 'same', fetchedAt: FETCHED, file })),
    );
    expect(new Set(added.map(({ id }) => id)).size).toBe(1);
    expect(await names()).toEqual(['same']);
  });

  test('old ones are removed with their files, the latest never', async () => {
    const first = await add('1');
    for (const version of ['2', '3', '4']) await add(version);
    expect(await versions().prune(2)).toBe(2);
    expect(await names()).toEqual(['4', '3']);
    await expect(versions().load(first.id)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await versions().prune(0)).toBe(1);
    expect(await names()).toEqual(['4']);
    expect(await store.database.query('select count(*) as n from advisories_chunk')).toEqual([{ n: 1 }]);
  });

  test('deleted by ref, whatever the ref is', async () => {
    const [a, b] = [await add('a'), await add('b')];
    for (const ref of [
      '',
      'no uuid',
      `${a.ref}x`,
      "'; drop table advisories_version; --",
      crypto.randomUUID(),
    ]) {
      await versions().delete(ref);
    }
    expect(await names()).toEqual(['b', 'a']);
    await versions().delete(b.ref);
    expect(await versions().latest()).toEqual(a);
  });
});
