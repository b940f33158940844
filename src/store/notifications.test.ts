// Sets of notifications: written whole or not at all, read in pages, kept until they were heard.
import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, testStore } from '../../test/builders/store-engine.ts';
import type { Database } from './database.ts';
import { NotificationDrafts } from './notification-drafts.ts';
import { Notifications } from './notifications.ts';

describe.each(ENGINES)('notifications on %s', (engine) => {
  const store = testStore(engine);
  let database: Database;
  let drafts: NotificationDrafts;
  let notifications: Notifications;

  beforeEach(async () => {
    await store.empty();
    database = store.database;
    drafts = new NotificationDrafts(database);
    notifications = new Notifications(database);
    await drafts.markFirst(1);
  });

  async function addImage(subjects: readonly number[], manifests: number): Promise<string[]> {
    const [image] = await database.query<{ id: number }>(
      'insert into image (hash, subjects) values ($1, $2) returning id',
      [randomBytes(32), subjects],
    );
    const digests = Array.from({ length: manifests }, () => randomBytes(32));
    for (const digest of digests) await addManifest(digest, image!.id, true);
    return digests.map((digest) => `sha256:${digest.toString('hex')}`);
  }

  async function addManifest(digest: Buffer, image: number, finished: boolean): Promise<void> {
    await database.query(
      `insert into manifest (digest, kind, finished, err, scanner, layers, image)
        values ($1, 'windows', $2, '', 'test', '{}', $3)`,
      [digest, finished, image],
    );
  }

  const change = (subject: number, position = 0, body = 1) => ({
    subject,
    position,
    added: true,
    severity: 0,
    body,
  });

  /** A set that tells all that have subject 1 of one change. */
  async function publishOne(from: number, to: number) {
    const draft = await drafts.begin({ from, to, summary: true });
    await drafts.add(draft, [{ number: 1, body: '{}' }], [change(1)]);
    const count = await drafts.addManifests(draft);
    return (await drafts.publish(draft, { from, to, notifications: count }))!;
  }

  test('a summary has one notification for each finished manifest with a changed subject', async () => {
    const both = await addImage([1, 2, 3], 2);
    const one = await addImage([2, 4], 1);
    await addImage([4, 5], 3);
    const [image] = await database.query<{ id: number }>('select min(id) as id from image');
    await addManifest(randomBytes(32), image!.id, false);
    const draft = await drafts.begin({ from: 1, to: 2, summary: true });
    await drafts.add(draft, [{ number: 1, body: '{}' }], [change(1), change(2), change(2, 1)]);
    expect(await drafts.addManifests(draft)).toBe(3);
    const set = await drafts.publish(draft, { from: 1, to: 2, notifications: 3 });
    const found = await notifications.find(set!.id);
    expect(found).toMatchObject({ id: set!.id, from: 1, to: 2, summary: true, notifications: 3 });
    const rows = await notifications.manifests(found!.seq, 0, 100);
    expect(rows.map(({ first, subjects }) => ({ first, subjects }))).toEqual([
      { first: 1, subjects: [1, 2] },
      { first: 2, subjects: [1, 2] },
      { first: 3, subjects: [2] },
    ]);
    expect(rows.map(({ digest }) => digest)).toEqual([...both, ...one]);
  });

  test('without summaries each change of a manifest has its number', async () => {
    await addImage([1, 2], 2);
    await addImage([2], 1);
    const draft = await drafts.begin({ from: 1, to: 2, summary: false });
    await drafts.add(draft, [], [change(1, 0), change(1, 1), change(1, 2), change(2, 0)]);
    expect(await drafts.addManifests(draft)).toBe(4 + 4 + 1);
    const rows = await notifications.manifests(draft, 0, 100);
    expect(rows.map(({ first }) => first)).toEqual([1, 5, 9]);
    // The third is in the midst of the first manifest, the fifth begins the second.
    expect((await notifications.manifests(draft, 2, 1)).map(({ first }) => first)).toEqual([1]);
    expect((await notifications.manifests(draft, 4, 9)).map(({ first }) => first)).toEqual([5, 9]);
  });

  test.each([1, 7, 10, 100])('manifests are numbered without gaps, %s at a time', async (size) => {
    const inSteps = new NotificationDrafts(database, size);
    const digests = [
      ...(await addImage([1, 2], 10)),
      ...(await addImage([3], 5)),
      ...(await addImage([2], 25)),
    ];
    const draft = await inSteps.begin({ from: 1, to: 2, summary: false });
    await inSteps.add(draft, [], [change(1), change(2, 0), change(2, 1)]);
    expect(await inSteps.addManifests(draft)).toBe(10 * 3 + 25 * 2);
    const rows = await notifications.manifests(draft, 0, 100);
    expect(rows.map(({ digest }) => digest)).toEqual(digests.filter((_, index) => index < 10 || index >= 15));
    const starts = [...Array(10).keys()].map((index) => 1 + index * 3);
    expect(rows.map(({ first }) => first)).toEqual([
      ...starts,
      ...[...Array(25).keys()].map((index) => 31 + index * 2),
    ]);
  });

  test('a draft is not there for others, and the mark moves with it', async () => {
    await addImage([1], 1);
    const draft = await drafts.begin({ from: 1, to: 2, summary: true });
    await drafts.add(draft, [{ number: 1, body: '{}' }], [change(1)]);
    await drafts.addManifests(draft);
    expect(await notifications.nextWaiting()).toBeUndefined();
    expect(await drafts.processedVersion()).toBe(1);
    const set = await drafts.publish(draft, { from: 1, to: 2, notifications: 1 });
    expect(await drafts.processedVersion()).toBe(2);
    expect(await notifications.nextWaiting()).toMatchObject({ id: set!.id, attempts: 0, dueInMs: 0 });
  });

  test('of two that write the same change one is let through', async () => {
    await addImage([1], 1);
    const first = await drafts.begin({ from: 1, to: 2, summary: true });
    const second = await drafts.begin({ from: 1, to: 2, summary: true });
    await expect(drafts.add(first, [{ number: 1, body: '{}' }], [])).rejects.toMatchObject({
      code: 'FAILED',
    });
    expect(await drafts.publish(second, { from: 1, to: 2, notifications: 1 })).toBeDefined();
    expect(await drafts.publish(first, { from: 1, to: 2, notifications: 1 })).toBeUndefined();
    expect(await notifications.countWaiting()).toBe(1);
  });

  test('publishing at once, one wins', async () => {
    const draft = await drafts.begin({ from: 1, to: 2, summary: true });
    const tries = [1, 2, 3, 4].map(() => drafts.publish(draft, { from: 1, to: 2, notifications: 1 }));
    const sets = (await Promise.allSettled(tries)).filter(
      (each) => each.status === 'fulfilled' && each.value,
    );
    expect(sets).toHaveLength(1);
  });

  test('a change that concerns nobody moves the mark and leaves no set', async () => {
    const draft = await drafts.begin({ from: 1, to: 2, summary: true });
    const set = await drafts.publish(draft, { from: 1, to: 2, notifications: 0 });
    await drafts.discardAll();
    expect(await notifications.find(set!.id)).toBeUndefined();
    expect(await drafts.processedVersion()).toBe(2);
    expect(await database.query('select 1 from notification_set')).toEqual([]);
  });

  test('what a crash left is gone with the next draft', async () => {
    await addImage([1], 3);
    const left = await drafts.begin({ from: 1, to: 2, summary: true });
    await drafts.add(left, [{ number: 1, body: '{}' }], [change(1)]);
    await drafts.addManifests(left);
    const next = await drafts.begin({ from: 1, to: 3, summary: true });
    for (const table of ['notification_body', 'notification_change', 'notification_manifest']) {
      expect(await database.query(`select 1 from ${table} where set_seq < $1`, [next]), table).toEqual([]);
    }
  });

  test('sets wait in their order; a failed one is due later, and a delivered one no longer waits', async () => {
    await addImage([1], 1);
    const first = await publishOne(1, 2);
    const second = await publishOne(2, 3);
    const waiting = await notifications.nextWaiting();
    expect(waiting?.id).toBe(first.id);
    await notifications.markFailed(waiting!.seq, 60_000);
    const again = await notifications.nextWaiting();
    expect(again).toMatchObject({ id: first.id, attempts: 1 });
    expect(again!.dueInMs).toBeGreaterThan(50_000);
    expect(again!.dueInMs).toBeLessThanOrEqual(60_000);
    await notifications.markDelivered(waiting!.seq);
    expect((await notifications.nextWaiting())?.id).toBe(second.id);
    expect(await notifications.receipt(first.id)).toBe('delivered');
  });

  test('deleting is the same twice, and unknown is told apart', async () => {
    await addImage([1], 1);
    const { id } = await publishOne(1, 2);
    expect(await notifications.delete(id)).toBe(true);
    expect(await notifications.delete(id)).toBe(true);
    expect(await notifications.delete('8c0d0000-0000-4000-8000-000000000000')).toBe(false);
    expect(await notifications.nextWaiting(), 'nobody needs it any more').toBeUndefined();
    expect(await notifications.find(id), 'readable until it is collected').toBeDefined();
  });

  test('garbage: what was deleted or delivered long ago goes, what waits stays', async () => {
    await addImage([1], 2);
    const [deleted, delivered, waiting] = [
      await publishOne(1, 2),
      await publishOne(2, 3),
      await publishOne(3, 4),
    ];
    await notifications.delete(deleted.id);
    await notifications.markDelivered((await notifications.find(delivered.id))!.seq);
    expect(await notifications.collectGarbage({ deletedMs: 60_000, deliveredMs: 60_000 })).toBe(0);
    expect(await notifications.collectGarbage({ deletedMs: 0, deliveredMs: 60_000 })).toBe(1);
    expect(await notifications.find(deleted.id)).toBeUndefined();
    expect(await notifications.collectGarbage({ deletedMs: 0, deliveredMs: 0 })).toBe(1);
    expect(await notifications.find(delivered.id)).toBeUndefined();
    const [left] = await database.query('select count(*) as count from notification_manifest');
    expect(await notifications.find(waiting.id)).toBeDefined();
    expect(left).toEqual({ count: 2 });
  });
});
