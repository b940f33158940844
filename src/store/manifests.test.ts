// Manifests come back as they were stored, whoever stores and deletes at the same time.
import { describe, expect, test } from 'vitest';
import { ENGINES, testStore } from '../../test/builders/store-engine.ts';
import {
  indexedImage,
  namedDigest,
  systemSubject,
  windowsManifest,
} from '../../test/builders/stored-manifest.ts';
import { Manifests, type ManifestToStore } from './manifests.ts';

const SUBJECT = systemSubject(20348, 2322);

describe.each(ENGINES)('%s', (engine) => {
  const store = testStore(engine);
  const count = async (table: string): Promise<number> => {
    const rows = await store.database.query<{ count: number }>(`select count(*) as count from ${table}`);
    return rows[0]!.count;
  };

  test('nothing is known at first', async () => {
    const manifests = new Manifests(store.database);
    expect(await manifests.find(namedDigest('unknown'))).toBeUndefined();
    expect(await manifests.delete([namedDigest('unknown')])).toEqual([]);
    expect(await manifests.image(12_345)).toBeUndefined();
  });

  test('a Windows manifest with its image', async () => {
    const manifests = new Manifests(store.database);
    const stored = windowsManifest('first', [SUBJECT, systemSubject(17763, 1)]);
    await manifests.save(stored);
    const { content, ...state } = stored;
    const found = await manifests.find(stored.digest);
    expect(found).toEqual({ ...state, image: found!.image });
    expect(await manifests.image(found!.image!)).toEqual(content!.image);
  });

  test('SHA-512 digests, many layers, errors with any characters, no content', async () => {
    const manifests = new Manifests(store.database);
    const failed: ManifestToStore = {
      digest: `sha512:${'0123456789abcdef'.repeat(8)}`,
      kind: 'other',
      state: 'IndexError',
      err: `layer 3: "Füße", 'quoted', {braces}, \\ and a NUL:\0`,
      scanner: 's'.repeat(128),
      layers: Array.from({ length: 200 }, (_, index) => namedDigest(`layer ${(index * 7) % 200}`)),
    };
    await manifests.save(failed);
    expect(await manifests.find(failed.digest)).toEqual({
      ...failed,
      err: failed.err.replace('\0', ''),
      image: undefined,
    });
  });

  test('a manifest without layers', async () => {
    const manifests = new Manifests(store.database);
    const bare: ManifestToStore = { ...windowsManifest('bare', []), layers: [] };
    await manifests.save(bare);
    expect((await manifests.find(bare.digest))?.layers).toEqual([]);
  });

  test('a digest that is none is a fault', async () => {
    const manifests = new Manifests(store.database);
    for (const digest of [
      '',
      'sha256:',
      `sha256:${'A'.repeat(64)}`,
      `sha512:${'a'.repeat(64)}`,
      'x'.repeat(1000),
    ]) {
      await expect(manifests.find(digest)).rejects.toMatchObject({ code: 'FAILED' });
    }
  });

  test('equal images and subjects are stored once', async () => {
    await store.empty();
    const manifests = new Manifests(store.database);
    await manifests.save(windowsManifest('one', [SUBJECT]));
    await manifests.save(windowsManifest('two', [SUBJECT]));
    expect([await count('image'), await count('image_body'), await count('subject')]).toEqual([1, 1, 1]);
    expect(await count('layer')).toBe(3);
  });

  test('storing again replaces, and takes the image away that nobody has any more', async () => {
    await store.empty();
    const manifests = new Manifests(store.database);
    const before = windowsManifest('renewed', [SUBJECT]);
    await manifests.save(before);
    await manifests.save(before);
    const other = systemSubject(20348, 2400);
    const after = {
      ...before,
      scanner: 'clearstory-2',
      content: { image: indexedImage([other]), subjects: [other] },
    };
    await manifests.save(after);
    const found = await manifests.find(before.digest);
    expect(found?.scanner).toBe('clearstory-2');
    expect(await manifests.image(found!.image!)).toEqual(after.content.image);
    expect([await count('manifest'), await count('image'), await count('image_body')]).toEqual([1, 1, 1]);
    const { content: _, ...without } = after;
    await manifests.save({ ...without, kind: 'upstream' });
    expect((await manifests.find(before.digest))?.image).toBeUndefined();
    expect(await count('image')).toBe(0);
  });

  test('deleting names what was there, and leaves images that others have', async () => {
    await store.empty();
    const manifests = new Manifests(store.database);
    const [one, two] = [windowsManifest('one', [SUBJECT]), windowsManifest('two', [SUBJECT])];
    await manifests.save(one);
    await manifests.save(two);
    expect(await manifests.delete([one.digest, namedDigest('unknown'), one.digest])).toEqual([one.digest]);
    expect(await count('image')).toBe(1);
    expect(await manifests.delete([two.digest, one.digest])).toEqual([two.digest]);
    expect(await count('image')).toBe(0);
    expect(await manifests.find(two.digest)).toBeUndefined();
  });

  test('many replicas store and delete manifests with layers, subjects and images in common', async () => {
    await store.empty();
    const subjects = Array.from({ length: 12 }, (_, revision) => systemSubject(17763, revision));
    const made = Array.from({ length: 30 }, (_, index) => {
      // Each with others' layers and subjects in another order.
      const rotated = (offset: number) => [...subjects.slice(offset % 12), ...subjects.slice(0, offset % 12)];
      const own = rotated(index * 5).slice(0, 6);
      const layers = rotated(index * 7).map(({ key }) => namedDigest(key));
      return { ...windowsManifest(`shared ${index % 10}`, own), layers };
    });
    const replicas = [new Manifests(store.database), new Manifests(await store.replica())];
    const work = Array.from({ length: 4 }, async (_, worker) => {
      for (const [index, manifest] of made.entries()) {
        const manifests = replicas[(worker + index) % 2]!;
        if (worker === 3) await manifests.delete([manifest.digest, made[(index * 11) % 30]!.digest]);
        else await manifests.save(manifest);
      }
    });
    await Promise.all(work);
    for (const manifest of made.slice(-10)) await replicas[0]!.save(manifest);
    for (const manifest of made.slice(-10)) {
      const found = await replicas[1]!.find(manifest.digest);
      expect(found?.layers).toEqual(manifest.layers);
      expect(await replicas[1]!.image(found!.image!)).toEqual(manifest.content!.image);
    }
    const used = await store.database.query('select distinct image from manifest');
    expect(await count('image'), 'no image without a manifest').toBe(used.length);
    expect(await count('image_body')).toBe(used.length);
    expect(await count('subject')).toBe(12);
    expect(await count('layer')).toBe(12);
  });
});
