// Each layer is read by one replica at a time, and once if all goes well.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ENGINES, testStore } from '../../test/builders/store-engine.ts';
import { emptyFacts, namedDigest } from '../../test/builders/stored-manifest.ts';
import { LayerFactsStore } from './layer-facts-store.ts';

describe.each(ENGINES)('%s', (engine) => {
  const store = testStore(engine);
  const facts = () => new LayerFactsStore(store.database, 'reader 2');
  const readsOf = async (digest: string): Promise<unknown[]> =>
    store.database.query(`select reads from layer_facts where 'sha256:' || encode(digest, 'hex') = $1`, [
      digest,
    ]);

  test('facts come back as they were put', async () => {
    const stored = { ...emptyFacts('put'), names: { 'Program Files': ['a.exe', 'ü\u0000.dll', '\ud800'] } };
    expect(await facts().facts(stored.digest)).toBeUndefined();
    await facts().put(stored, 'windows');
    expect(await facts().facts(stored.digest)).toEqual(stored);
    expect(await facts().claim(stored.digest, 'a', 60)).toBe('known');
    const lent = { ...stored, entries: 5 };
    await facts().put(lent, 'windows');
    expect(await facts().facts(stored.digest)).toEqual(lent);
  });

  test('platforms of those that are known', async () => {
    const [windows, other, claimed, unknown] = ['w', 'o', 'c', 'u'].map((name) =>
      namedDigest(`platform ${name}`),
    );
    await facts().put(emptyFacts('platform w'), 'windows');
    await facts().markOther(other!);
    await facts().claim(claimed!, 'a', 60);
    const platforms = await facts().platforms([windows!, other!, claimed!, unknown!]);
    expect(platforms).toEqual(
      new Map([
        [windows, 'windows'],
        [other, 'other'],
      ]),
    );
    expect(await facts().facts(other!)).toBeUndefined();
    expect(await facts().claim(other!, 'a', 60)).toBe('known');
    expect(await facts().platforms([])).toEqual(new Map());
  });

  test('that a layer is of Windows is told while it is being read, and does not count as read', async () => {
    const digest = namedDigest('recognised');
    await facts().recognise(digest, 'a');
    expect(await facts().platforms([digest])).toEqual(new Map());
    await facts().claim(digest, 'a', 60);
    await facts().recognise(digest, 'b');
    expect(await facts().platforms([digest])).toEqual(new Map());
    await facts().recognise(digest, 'a');
    expect(await facts().platforms([digest])).toEqual(new Map([[digest, 'windows']]));
    expect(await facts().known([digest])).toEqual(new Set());
    expect(await facts().claim(digest, 'b', 60)).toBe('busy');
    await facts().release(digest, 'a');
    expect(await facts().claim(digest, 'b', 60)).toBe('claimed');
    await facts().put(emptyFacts('recognised'), 'windows');
    expect(await facts().known([digest, namedDigest('nobody')])).toEqual(new Set([digest]));
    expect(await facts().claim(digest, 'a', 60)).toBe('known');
  });

  test('packed facts are what put packs', async () => {
    const stored = emptyFacts('packed');
    await facts().put(stored, 'windows');
    const packed = await facts().packedFacts(stored.digest);
    const other = { ...stored, digest: namedDigest('packed too') };
    await facts().putPacked(other.digest, packed!, 'windows');
    expect(await facts().facts(other.digest)).toEqual(stored);
    expect(await facts().packedFacts(namedDigest('never'))).toBeUndefined();
  });

  test('one owner at a time; the next when the lease runs out, is released, or is its own', async () => {
    const digest = namedDigest('leased');
    expect(await facts().claim(digest, 'a', 60)).toBe('claimed');
    expect(await facts().claim(digest, 'b', 60)).toBe('busy');
    await facts().release(digest, 'b');
    expect(await facts().claim(digest, 'b', 60)).toBe('busy');
    await facts().release(digest, 'a');
    expect(await facts().claim(digest, 'b', 0.2)).toBe('claimed');
    expect(await facts().claim(digest, 'b', 0.2)).toBe('claimed');
    await sleep(400);
    expect(await facts().claim(digest, 'a', 60)).toBe('claimed');
    expect(await readsOf(digest)).toEqual([{ reads: 4 }]);
    await facts().release(digest, 'a');
  });

  test('renewed leases do not run out, and those of others are left alone', async () => {
    const [mine, others] = [namedDigest('renewed'), namedDigest('not mine')];
    await facts().claim(mine, 'a', 1);
    await facts().claim(others, 'b', 0.2);
    await facts().renew([mine, others, namedDigest('no such layer')], 'a', 60);
    await sleep(1_100);
    expect(await facts().claim(mine, 'c', 60)).toBe('busy');
    expect(await facts().claim(others, 'c', 60)).toBe('claimed');
  });

  test('what a reader of another version found is as if it had not been read, and stays for it', async () => {
    const newer = new LayerFactsStore(store.database, 'reader 3');
    const old = emptyFacts('two versions');
    await facts().put(old, 'windows');
    expect(await newer.facts(old.digest)).toBeUndefined();
    expect(await newer.platforms([old.digest])).toEqual(new Map());
    expect(await newer.claim(old.digest, 'a', 60)).toBe('claimed');
    await newer.markOther(old.digest);
    expect(await facts().facts(old.digest)).toEqual(old);
  });

  test('of many that claim a layer at once, one gets it', async () => {
    const replicas = [store.database, await store.replica()].map((db) => new LayerFactsStore(db, 'reader 2'));
    for (let round = 0; round < 5; round++) {
      const digest = namedDigest(`contested ${round}`);
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, index) => replicas[index % 2]!.claim(digest, `owner ${index}`, 60)),
      );
      expect(claims.filter((claim) => claim === 'claimed')).toHaveLength(1);
      expect(claims.filter((claim) => claim === 'busy')).toHaveLength(19);
    }
  });
});
