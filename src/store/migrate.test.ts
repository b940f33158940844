// The schema goes forwards, once, and by nobody's hand but ours.
import { describe, expect, test } from 'vitest';
import { ENGINES, testStore } from '../../test/builders/store-engine.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations/migrations.ts';

const NEXT = { number: MIGRATIONS.length + 1, name: 'next', statements: ['create table next (id integer)'] };

describe.each(ENGINES)('%s', (engine) => {
  const store = testStore(engine);
  const tables = () => store.database.query(`select to_regclass('clearstory.next')::text as next`);
  const steps = async (): Promise<number> => (await store.database.query('select from schema_step')).length;

  test('numbers and names are those of the order', () => {
    expect(MIGRATIONS.map(({ number }) => number)).toEqual(MIGRATIONS.map((_, index) => index + 1));
  });

  test('a schema that is up to date is left alone, whether it may be changed or not', async () => {
    expect(await migrate(store.database, { migrations: true })).toEqual([]);
    expect(await migrate(store.database, { migrations: false })).toEqual([]);
    expect(await steps()).toBe(MIGRATIONS.length);
  });

  test('an older one is refused when it may not be changed, saying what allows it', async () => {
    const refused = migrate(store.database, { migrations: false, steps: [...MIGRATIONS, NEXT] });
    await expect(refused).rejects.toMatchObject({
      code: 'SCHEMA',
      message: expect.stringMatching(/migrations: true/),
    });
    expect(await tables()).toEqual([{ next: null }]);
  });

  test('a step that fails leaves nothing of itself or of those before it', async () => {
    const broken = {
      number: NEXT.number + 1,
      name: 'broken',
      statements: ['create table x (a int)', 'no sql'],
    };
    const failed = migrate(store.database, { migrations: true, steps: [...MIGRATIONS, NEXT, broken] });
    await expect(failed).rejects.toMatchObject({ code: 'FAILED' });
    expect(await tables()).toEqual([{ next: null }]);
    expect(await steps()).toBe(MIGRATIONS.length);
  });

  test('a step that was edited is refused', async () => {
    const [first, ...rest] = MIGRATIONS;
    const edited = [{ ...first!, statements: [...first!.statements, 'select 1'] }, ...rest];
    await expect(migrate(store.database, { migrations: true, steps: edited })).rejects.toMatchObject({
      code: 'SCHEMA',
    });
  });

  test('several that start at once take each step once; then an older version refuses', async () => {
    const replica = await store.replica();
    const taken = await Promise.all(
      [store.database, replica, store.database, replica].map((database) =>
        migrate(database, { migrations: true, steps: [...MIGRATIONS, NEXT] }),
      ),
    );
    expect(taken.flat()).toEqual(['next']);
    await expect(migrate(store.database, { migrations: true })).rejects.toMatchObject({
      code: 'SCHEMA',
      message: expect.stringMatching(/newer/),
    });
  });
});
