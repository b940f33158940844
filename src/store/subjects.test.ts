// From a subject to the manifests that have it.
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, testStore } from '../../test/builders/store-engine.ts';
import { systemSubject, windowsManifest } from '../../test/builders/stored-manifest.ts';
import { Manifests } from './manifests.ts';
import { Subjects } from './subjects.ts';

describe.each(ENGINES)('%s', (engine) => {
  const store = testStore(engine);
  const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
    const all: T[] = [];
    for await (const item of items) all.push(item);
    return all;
  };
  beforeEach(() => store.empty());

  test('all distinct subjects come, each once', async () => {
    const manifests = new Manifests(store.database);
    const made = Array.from({ length: 1_200 }, (_, revision) => systemSubject(20348, revision));
    await manifests.save(windowsManifest('many', made));
    await manifests.save(windowsManifest('few', made.slice(0, 3)));
    const all = await collect(new Subjects(store.database).all());
    expect(all.map(({ subject }) => subject)).toHaveLength(made.length);
    const byKey = new Map(all.map(({ subject }) => [subject.key, subject]));
    // As JSON: what is undefined is not kept.
    for (const subject of made) expect(byKey.get(subject.key)).toEqual(JSON.parse(JSON.stringify(subject)));
    expect(new Set(all.map(({ id }) => id)).size).toBe(made.length);
  });

  test('subjects by their keys, as many as are asked for', async () => {
    const made = Array.from({ length: 1_200 }, (_, revision) => systemSubject(20348, revision));
    await new Manifests(store.database).save(windowsManifest('many', made));
    const subjects = new Subjects(store.database);
    const found = await subjects.byKeys(['0000000000000000', ...made.slice(1).map(({ key }) => key)]);
    expect(found.map(({ key }) => key).sort()).toEqual(
      made
        .slice(1)
        .map(({ key }) => key)
        .sort(),
    );
    const revisions = new Map(found.map(({ key, inventory }) => [key, inventory.os?.revision]));
    for (const { key, inventory } of made.slice(1)) expect(revisions.get(key)).toBe(inventory.os?.revision);
    expect(await subjects.byKeys([])).toEqual([]);
  });

  test('manifests by subject, with those subjects alone; failed ones are left out', async () => {
    const manifests = new Manifests(store.database);
    const subjects = new Subjects(store.database);
    const [a, b, c] = [1, 2, 3].map((revision) => systemSubject(17763, revision)) as [never, never, never];
    const made = {
      ab: windowsManifest('ab', [a, b]),
      b: windowsManifest('b', [b]),
      c: windowsManifest('c', [c]),
    };
    for (const manifest of Object.values(made)) await manifests.save(manifest);
    await manifests.save({ ...windowsManifest('same as b', [b]) });
    await manifests.save({ ...windowsManifest('failed', [a]), state: 'IndexError', err: 'x' });
    const ids = new Map((await collect(subjects.all())).map(({ id, subject }) => [subject.key, id]));
    const idOf = (subject: { key: string }) => ids.get(subject.key)!;

    const affected = await collect(subjects.manifestsWith([idOf(a), idOf(b)]));
    const found = new Map(affected.map(({ manifest, subjects: shared }) => [manifest, [...shared].sort()]));
    expect(affected).toHaveLength(3);
    expect(found).toEqual(
      new Map([
        [made.ab.digest, [idOf(a), idOf(b)].sort()],
        [made.b.digest, [idOf(b)]],
        [windowsManifest('same as b', []).digest, [idOf(b)]],
      ]),
    );
    expect(await collect(subjects.manifestsWith([]))).toEqual([]);
    expect(await collect(subjects.manifestsWith([2_000_000_000]))).toEqual([]);
    await manifests.delete([made.c.digest]);
    expect(await collect(subjects.manifestsWith([idOf(c)]))).toEqual([]);
  });

  test('many images, one of which has more manifests than are read at a time', async () => {
    // Image n has the subjects n and 9999; the first has 45,000 manifests, every other one.
    await store.database.query(
      `insert into image (hash, subjects)
       select int4send(n), array[n, 9999] from generate_series(1, 4500) as made (n)`,
    );
    await store.database.query(
      `insert into manifest (digest, kind, finished, err, scanner, layers, image)
       select case when n % 3 = 0 then sha512(int4send(n)) else sha256(int4send(n)) end, 'windows', true, '', '', '{}', id
       from generate_series(1, 49499) as made (n) join image on subjects[1] = greatest(1, n - 44999)`,
    );
    const found = await collect(new Subjects(store.database).manifestsWith([1, 9999, 4500, 9999]));
    expect(found).toHaveLength(49_499);
    const digests = new Set(found.map(({ manifest }) => manifest));
    expect(digests.size).toBe(49_499);
    for (const n of [1, 3, 20_000, 45_000, 49_499]) {
      const [kind, number] = [n % 3 === 0 ? 'sha512' : 'sha256', Buffer.alloc(4)];
      number.writeInt32BE(n);
      expect(digests).toContain(`${kind}:${createHash(kind).update(number).digest('hex')}`);
    }
    const many = found.filter(({ subjects }) => subjects.length === 2);
    expect(many, 'all of the first image, and the one of the last').toHaveLength(45_001);
    expect(found.every(({ subjects }) => subjects.includes(9_999))).toBe(true);
  });
});
