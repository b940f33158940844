// Jobs go to one replica at a time, are taken over when it is gone, and keep no token for long.
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, testStore } from '../../test/builders/store-engine.ts';
import { namedDigest, windowsManifest } from '../../test/builders/stored-manifest.ts';
import { IndexJobs } from './index-jobs.ts';
import { Manifests } from './manifests.ts';

const DIGEST = namedDigest('posted');
const REQUEST = JSON.stringify({ hash: DIGEST, headers: { authorization: ['Bearer secret'] } });

describe.each(ENGINES)('%s', (engine) => {
  const store = testStore(engine);
  const jobs = () => new IndexJobs(store.database);
  const age = (minutes: number) =>
    store.database.query(`update index_job set started_at = now() - $1 * interval '1 minute'`, [minutes]);
  beforeEach(() => store.empty());

  test('begun by one, until it ends', async () => {
    expect(await jobs().start(DIGEST, REQUEST, 'a', 60)).toBe(true);
    expect(await jobs().start(DIGEST, REQUEST, 'b', 60)).toBe(false);
    expect(await jobs().start(DIGEST, REQUEST, 'a', 60)).toBe(true);
    expect(await jobs().depth()).toBe(1);
    await jobs().finish(DIGEST);
    expect(await jobs().depth()).toBe(0);
    expect(await jobs().start(DIGEST, REQUEST, 'b', 60)).toBe(true);
  });

  test('storing the manifest ends the job', async () => {
    const manifest = windowsManifest('posted', []);
    await jobs().start(manifest.digest, REQUEST, 'a', 60);
    await new Manifests(store.database).save(manifest);
    expect(await jobs().depth()).toBe(0);
  });

  test('taken over when the lease runs out, with what was posted', async () => {
    await jobs().start(DIGEST, REQUEST, 'a', 0.2);
    expect(await jobs().takeOver('b', 60, 10)).toEqual([]);
    await sleep(400);
    expect(await jobs().takeOver('b', 60, 10)).toEqual([{ digest: DIGEST, request: REQUEST }]);
    expect(await jobs().takeOver('c', 60, 10)).toEqual([]);
    expect(await jobs().start(DIGEST, REQUEST, 'a', 60)).toBe(false);
  });

  test('a lease that is renewed does not run out; others of that owner neither', async () => {
    await jobs().start(DIGEST, REQUEST, 'a', 1);
    await jobs().start(namedDigest('second'), REQUEST, 'a', 1);
    await jobs().start(namedDigest('of b'), REQUEST, 'b', 1);
    await jobs().renew('a', 60);
    await sleep(1_100);
    expect(await jobs().takeOver('c', 60, 10)).toMatchObject([{ digest: namedDigest('of b') }]);
  });

  test('handed back: others may take it at once', async () => {
    await jobs().start(DIGEST, REQUEST, 'a', 60);
    await jobs().handBack('b');
    expect(await jobs().takeOver('b', 60, 10)).toEqual([]);
    await jobs().handBack('a');
    expect(await jobs().takeOver('b', 60, 10)).toHaveLength(1);
  });

  test('no more than asked for, the oldest first', async () => {
    const posted = ['1', '2', '3'].map(namedDigest);
    for (const digest of posted) await jobs().start(digest, REQUEST, 'a', 60);
    await jobs().handBack('a');
    const taken = await jobs().takeOver('b', 60, 2);
    expect(new Set(taken.map(({ digest }) => digest))).toEqual(new Set(posted.slice(0, 2)));
  });

  test('several replicas that take over at once share the jobs, none twice', async () => {
    for (let index = 0; index < 60; index++) await jobs().start(namedDigest(`${index}`), REQUEST, 'a', 60);
    await jobs().handBack('a');
    const replicas = [store.database, await store.replica()].map((database) => new IndexJobs(database));
    const taken = await Promise.all(
      Array.from({ length: 10 }, (_, index) => replicas[index % 2]!.takeOver(`owner ${index}`, 60, 7)),
    );
    const digests = taken.flat().map(({ digest }) => digest);
    expect(digests).toHaveLength(60);
    expect(new Set(digests).size).toBe(60);
  });

  test('after ten minutes the tokens are gone: abandoned jobs wholly, running ones keep their place', async () => {
    await jobs().start(DIGEST, REQUEST, 'a', 60);
    await jobs().start(namedDigest('abandoned'), REQUEST, 'a', 60);
    await store.database.query(
      `update index_job set leased_until = now() - interval '1 second' where encode(digest, 'hex') = $1`,
      [namedDigest('abandoned').slice(7)],
    );
    await age(9);
    await jobs().takeOver('nobody', 0, 0);
    expect(await jobs().depth()).toBe(2);
    await age(11);
    expect(await jobs().takeOver('b', 60, 10)).toEqual([]);
    expect(await store.database.query('select request, owner from index_job')).toEqual([
      { request: null, owner: 'a' },
    ]);
    expect(await jobs().start(DIGEST, REQUEST, 'b', 60)).toBe(false);
    await jobs().handBack('a');
    expect(await jobs().takeOver('b', 60, 10)).toEqual([]);
    expect(await jobs().depth()).toBe(0);
  });
});
