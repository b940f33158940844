// What nothing refers to goes after a while; what is referred to never does.
import { beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, testStore } from '../../test/builders/store-engine.ts';
import {
  emptyFacts,
  namedDigest,
  systemSubject,
  windowsManifest,
} from '../../test/builders/stored-manifest.ts';
import { collectGarbage } from './collect-garbage.ts';
import { LayerFactsStore } from './layer-facts-store.ts';
import { Manifests } from './manifests.ts';

const READER = 'reader 2';

describe.each(ENGINES)('%s', (engine) => {
  const store = testStore(engine);
  /** Everything was last touched so many days ago. */
  const age = async (days: number): Promise<void> => {
    for (const table of ['layer', 'layer_facts', 'subject']) {
      await store.database.query(`update ${table} set touched_at = now() - $1 * interval '1 day'`, [days]);
    }
  };
  beforeEach(() => store.empty());

  test('unused layers, facts and subjects, and images that a crash left behind', async () => {
    const manifests = new Manifests(store.database);
    const facts = new LayerFactsStore(store.database, READER);
    const kept = windowsManifest('kept', [systemSubject(1, 1)]);
    const gone = windowsManifest('gone', [systemSubject(1, 1), systemSubject(2, 2)]);
    await manifests.save(kept);
    await manifests.save(gone);
    for (const layer of ['base layer', 'top layer of kept', 'top layer of gone']) {
      await facts.put(emptyFacts(layer), 'windows');
    }
    await new LayerFactsStore(store.database, 'reader 1').put(emptyFacts('base layer'), 'windows');
    await store.database.query('delete from manifest where digest = decode($1, $2)', [
      gone.digest.slice(7),
      'hex',
    ]);

    await age(29);
    expect(await collectGarbage(store.database, READER)).toEqual({
      images: 1,
      layers: 0,
      facts: 0,
      subjects: 0,
    });
    await age(31);
    expect(await collectGarbage(store.database, READER)).toEqual({
      images: 0,
      layers: 1,
      facts: 2,
      subjects: 1,
    });
    expect(await collectGarbage(store.database, READER)).toEqual({
      images: 0,
      layers: 0,
      facts: 0,
      subjects: 0,
    });
    const found = await manifests.find(kept.digest);
    expect(found?.layers).toEqual(kept.layers);
    expect(await manifests.image(found!.image!)).toEqual(kept.content!.image);
    expect(await facts.facts(namedDigest('base layer'))).toBeDefined();
    expect(await facts.facts(namedDigest('top layer of gone'))).toBeUndefined();
  });

  test('asking for a layer keeps what was read of it', async () => {
    const facts = new LayerFactsStore(store.database, READER);
    for (const layer of ['claimed', 'looked up', 'forgotten']) await facts.put(emptyFacts(layer), 'windows');
    await age(31);
    await facts.claim(namedDigest('claimed'), 'a', 60);
    await facts.known([namedDigest('looked up'), namedDigest('unknown')]);
    expect(await collectGarbage(store.database, READER)).toMatchObject({ facts: 1 });
    expect(await facts.facts(namedDigest('forgotten'))).toBeUndefined();
    expect(await facts.facts(namedDigest('claimed'))).toBeDefined();
    expect(await facts.facts(namedDigest('looked up'))).toBeDefined();
  });

  test('collecting while manifests with old layers and subjects are stored takes nothing from them', async () => {
    const replica = await store.replica();
    const manifests = new Manifests(replica);
    const subjects = Array.from({ length: 5 }, (_, index) => systemSubject(20348, index));
    for (let round = 0; round < 15; round++) {
      const manifest = windowsManifest(`round ${round}`, subjects);
      await manifests.save(manifest);
      await manifests.delete([manifest.digest]);
      await age(31);
      await Promise.all([manifests.save(manifest), collectGarbage(store.database, READER)]);
      const found = await manifests.find(manifest.digest);
      expect(found?.layers).toEqual(manifest.layers);
      const [row] = await store.database.query(
        `select count(subject.id) as count from image, unnest(image.subjects) as part
         left join subject on subject.id = part where image.id = $1`,
        [found!.image],
      );
      expect(row).toEqual({ count: 5 });
    }
  });
});
