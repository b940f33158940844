// Which database is meant, where Clair's file can name three and libpq's variables a fourth.
import { describe, expect, test } from 'vitest';
import { BARE_ENVIRONMENT, configurationOf, refusalOf } from '../../../test/builders/configuration-files.ts';
import type { DatabaseSettings } from './database-settings.ts';

async function databaseOf(
  text: string,
  mode?: string,
  variables: NodeJS.ProcessEnv = {},
): Promise<DatabaseSettings> {
  return (await configurationOf(text, mode, { ...BARE_ENVIRONMENT, ...variables })).database;
}

const ONE = 'indexer: { connstring: db=one }\n';
const TWO = 'matcher: { connstring: db=two }\n';

describe('connection strings', () => {
  test('none means the embedded database, which migrates itself', async () => {
    expect(await databaseOf('indexer: { migrations: false }')).toEqual({
      connstring: undefined,
      migrations: true,
    });
  });

  test.each(['combo', 'indexer', 'matcher'])('one is enough for mode %s', async (mode) => {
    expect((await databaseOf(ONE, mode)).connstring).toBe('db=one');
  });

  test('several different ones are refused in combo mode, with what to do', async () => {
    const message = await refusalOf(configurationOf(ONE + TWO));
    expect(message).toMatch(/^config\.yaml:2:12: matcher\.connstring names another database/);
    expect(message).toMatch(/write the same connstring in indexer, matcher and notifier$/);
    expect(message).not.toContain('db=');
  });

  test('of several different ones that of the mode counts, with a warning', async () => {
    const { database, warnings } = await configurationOf(ONE + TWO, 'matcher');
    expect(database.connstring).toBe('db=two');
    expect(warnings).toEqual([expect.stringMatching(/matcher\.connstring is what counts in this mode/)]);
  });
});

describe('migrations', () => {
  test.each([
    ['combo', true],
    ['matcher', true],
    ['indexer', false],
  ])('in mode %s: %s', async (mode, expected) => {
    const text = 'indexer: { connstring: c }\nmatcher: { migrations: true }\n';
    expect((await databaseOf(text, mode)).migrations).toBe(expected);
  });
});

describe('variables of libpq', () => {
  test.each([
    ['PGHOST', { PGHOST: 'db' }, 'postgresql:///'],
    ['PGDATABASE', { PGDATABASE: 'clair' }, 'postgresql:///'],
    ['an address', { PGHOSTADDR: '10.0.0.1' }, 'postgresql://10.0.0.1/'],
    ['an IPv6 address', { PGHOSTADDR: '::1' }, 'postgresql://[::1]/'],
    ['only a user', { PGUSER: 'me' }, undefined],
    ['an empty one', { PGHOST: '' }, undefined],
  ])('%s', async (_, variables, expected) => {
    expect((await databaseOf('', undefined, variables)).connstring).toBe(expected);
  });

  test('stand behind the file', async () => {
    expect((await databaseOf(ONE, undefined, { PGHOST: 'db' })).connstring).toBe('db=one');
  });

  test('that name a service file are refused, since it is not read', async () => {
    expect(await refusalOf(databaseOf('', undefined, { PGSERVICE: 'clair' }))).toMatch(/PGSERVICE/);
  });
});
