// Both engines keep the promises of `Database`.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ENGINES, testStore } from '../../test/builders/store-engine.ts';

describe.each(ENGINES)('%s', (engine) => {
  const store = testStore(engine);

  test('values come back as they were given', async () => {
    const bytes = randomBytes(300);
    const time = new Date('2026-06-09T17:00:00.123Z');
    const [row] = await store.database.query(
      `select $1::bytea as bytes, $2::bytea[] as list, $3::integer[] as numbers, $4::bigint as large,
         $5::text as text, $6::text[] as texts, $7::timestamptz as time, $8::boolean as yes, null::text as nothing,
         count(*) as count`,
      [
        bytes,
        [bytes, Buffer.alloc(0)],
        [1, -2, 2_147_483_647],
        Number.MAX_SAFE_INTEGER,
        `'"\\{},ü\u{1f600}\n`,
        ['a,b', '"', '\\', '', 'NULL', '{}'],
        time.toISOString(),
        true,
      ],
    );
    expect(row).toEqual({
      bytes,
      list: [bytes, Buffer.alloc(0)],
      numbers: [1, -2, 2_147_483_647],
      large: Number.MAX_SAFE_INTEGER,
      text: `'"\\{},ü\u{1f600}\n`,
      texts: ['a,b', '"', '\\', '', 'NULL', '{}'],
      time,
      yes: true,
      nothing: null,
      count: 1,
    });
    expect(Buffer.isBuffer(row!.bytes)).toBe(true);
    const [empty] = await store.database.query('select $1::bytea[] as list, $2::integer[] as numbers', [
      [],
      [],
    ]);
    expect(empty).toEqual({ list: [], numbers: [] });
  });

  test('a refused statement is a fault, and the next one works', async () => {
    await expect(store.database.query('selec 1')).rejects.toMatchObject({ code: 'FAILED' });
    await expect(store.database.query('select $1::integer', ['x'])).rejects.toMatchObject({ code: 'FAILED' });
    expect(await store.database.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('a transaction happens wholly or not at all, and nobody else is in it', async () => {
    const { database } = store;
    const rows = () => database.query('select name from setting order by name');
    await store.empty();
    await expect(
      database.transaction(async (transaction) => {
        await transaction.query(`insert into setting values ('a', '')`);
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await expect(
      database.transaction(async (transaction) => {
        await transaction.query(`insert into setting values ('b', '')`);
        await transaction.query('selec 1');
      }),
    ).rejects.toMatchObject({ code: 'FAILED' });
    expect(await rows()).toEqual([]);

    const both = await Promise.allSettled([
      database.transaction(async (transaction) => {
        await transaction.query(`insert into setting values ('c', '')`);
        await sleep(50);
        throw new Error('rolled back');
      }),
      database.query(`insert into setting values ('d', '')`),
      database.transaction((transaction) => transaction.query(`insert into setting values ('e', '')`)),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(await rows()).toEqual([{ name: 'd' }, { name: 'e' }]);
  });

  test('a lock is held by one, here and in other replicas, and let go whatever happens', async () => {
    const databases = [store.database, await store.replica()];
    let holders = 0;
    let most = 0;
    const hold = async (): Promise<string> => {
      most = Math.max(most, ++holders);
      await sleep(20);
      holders--;
      return 'done';
    };
    for (let round = 0; round < 5; round++) {
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, index) => databases[index % 2]!.tryLock('contested', hold)),
      );
      expect(results.filter((result) => result === 'done').length).toBeGreaterThan(0);
    }
    expect(most).toBe(1);

    await expect(
      databases[0]!.tryLock('contested', () => Promise.reject(new Error('failed'))),
    ).rejects.toThrow('failed');
    expect(await databases[1]!.tryLock('contested', hold)).toBe('done');
    const nested = await databases[0]!.tryLock('outer', () =>
      Promise.all([
        databases[1]!.tryLock('outer', hold),
        databases[0]!.tryLock('outer', hold),
        databases[0]!.tryLock('inner', hold),
      ]),
    );
    expect(nested).toEqual([undefined, undefined, 'done']);
  });
});
