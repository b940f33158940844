// What Clair takes as a connection string, we take; and none of it shows when it is wrong.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import { connectionSettings, shownServer } from './connection-settings.ts';
import { StoreError } from './store-error.ts';

const parse = (text: string, environment: NodeJS.ProcessEnv = {}) => connectionSettings(text, environment);

const FULL = {
  host: 'db.example',
  port: 5433,
  user: 'clair',
  password: "p@ss 'word'",
  database: 'clair db',
};

describe('forms', () => {
  test.each([
    ["postgresql://clair:p%40ss%20'word'@db.example:5433/clair%20db?sslmode=disable"],
    ["postgres://db.example:5433/clair%20db?user=clair&password=p%40ss+'word'&sslmode=disable"],
    [`host=db.example port=5433 user=clair password='p@ss \\'word\\'' dbname='clair db' sslmode=disable`],
    [
      `  user = clair\n host=db.example port = '5433' dbname=clair\\ db password=p@ss\\ \\'word\\' sslmode=disable `,
    ],
  ])('%s', (text) => {
    expect(parse(text)).toMatchObject({ ...FULL, tls: [false] });
  });

  test('what is not said comes from the environment, then from libpq', () => {
    const environment = {
      PGHOST: 'other',
      PGPORT: '6000',
      PGUSER: 'u',
      PGPASSWORD: 'p',
      PGDATABASE: 'd',
      PGSSLMODE: 'disable',
      PGAPPNAME: 'mine',
      PGCONNECT_TIMEOUT: '3',
    };
    expect(parse('', environment)).toEqual({
      host: 'other',
      port: 6000,
      user: 'u',
      password: 'p',
      database: 'd',
      options: undefined,
      applicationName: 'mine',
      connectTimeoutMs: 3_000,
      tls: [false],
    });
    expect(parse('host=this', environment)).toMatchObject({ host: 'this', port: 6000 });
    expect(parse('')).toMatchObject({
      host: 'localhost',
      port: 5432,
      user: undefined,
      applicationName: 'clearstory',
    });
    expect(parse('postgresql://')).toMatchObject({ host: 'localhost', port: 5432 });
  });

  test('addresses and sockets', () => {
    expect(parse('postgresql://[::1]:5433/x')).toMatchObject({ host: '::1', port: 5433 });
    const socket = { host: '/run/postgresql', tls: [false] };
    expect(parse('postgresql://%2Frun%2Fpostgresql/x')).toMatchObject({ ...socket, database: 'x' });
    expect(parse('postgresql:///x?host=/run/postgresql')).toMatchObject({ ...socket, database: 'x' });
    expect(parse('host=/run/postgresql')).toMatchObject(socket);
  });

  test('words for pgx and libpq that mean nothing to us are passed over', () => {
    expect(
      parse('host=db pool_max_conns=10 target_session_attrs=read-write fallback_application_name=x'),
    ).toMatchObject({ host: 'db' });
  });
});

describe('TLS', () => {
  const tls = (mode: string, more = '') => parse(`host=db ${mode && `sslmode=${mode}`} ${more}`).tls;

  test('with none said, or "prefer": TLS first, and then without', () => {
    const preferred = [{ servername: 'db', rejectUnauthorized: false }, false];
    expect(tls('')).toEqual(preferred);
    expect(tls('prefer')).toEqual(preferred);
    expect(tls('allow')).toEqual(preferred.toReversed());
  });

  test('"require" encrypts; with an authority it verifies; "verify-full" verifies the name too', () => {
    const path = join(temporaryDirectory(), 'ca.pem');
    writeFileSync(path, 'the authority');
    expect(tls('require')).toEqual([{ servername: 'db', rejectUnauthorized: false }]);
    const [required] = tls('require', `sslrootcert=${path}`);
    expect(required).toMatchObject({ ca: 'the authority', checkServerIdentity: expect.any(Function) });
    expect(required).not.toHaveProperty('rejectUnauthorized');
    expect(tls('verify-ca')).toEqual([{ servername: 'db', checkServerIdentity: expect.any(Function) }]);
    expect(tls('verify-full', `sslrootcert=${path}`)).toEqual([{ servername: 'db', ca: 'the authority' }]);
    expect(tls('verify-full', 'sslrootcert=system')).toEqual([{ servername: 'db' }]);
    expect(tls('verify-full', `sslcert=${path} sslkey=${path} sslpassword=x`)).toEqual([
      { servername: 'db', cert: 'the authority', key: 'the authority', passphrase: 'x' },
    ]);
  });
});

test('an address is compared with the certificate, but not sent as a name', () => {
  expect(parse('host=10.0.0.1 sslmode=verify-full').tls).toEqual([{ host: '10.0.0.1' }]);
});

test('where the server is can be shown', () => {
  expect(shownServer(parse('postgresql://me:secret@db:6000/x'))).toBe('PostgreSQL at db:6000');
});

test.each([
  ['postgresql://me:secret@one:1,two:2/x'],
  ['host=one,two password=secret'],
  ['postgresql://me:secret@db:port/x'],
  ['host=db port=70000 password=secret'],
  ['host=db sslmode=secret'],
  ['host=db sslmode=verify-ca sslrootcert=/no/such/secret'],
  ['postgresql://me:secret@ho st/x/y'],
  ['postgresql://me:secret%@db/x'],
  ['secret'],
  ["host=db password='secret"],
  ['mysql://me:secret@db/x'],
])('refused without being shown: %s', (text) => {
  const error = (() => {
    try {
      return parse(text);
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(StoreError);
  expect(error).toMatchObject({
    code: 'BAD_CONNECTION',
    message: expect.stringMatching(/connection string/),
  });
  expect((error as StoreError).message).not.toContain('secret');
  expect(String((error as StoreError).cause)).not.toContain('secret');
});
