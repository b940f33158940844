// Connection strings as Clair takes them, a URL or the "name=value" form of libpq, in terms of the driver.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { StoreError } from './store-error.ts';

/** How to reach the server. What is absent comes from the PG… variables of the environment, then from libpq's defaults. */
export interface ConnectionSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
  readonly options: string | undefined;
  readonly applicationName: string;
  readonly connectTimeoutMs: number;
  /** In this order; the second when the server does not speak TLS: libpq's `prefer`. */
  readonly tls: readonly (TlsOptions | false)[];
}

/** Of libpq. */
const DEFAULT_PORT = 5432;

/** A server that is there answers at once; libpq itself would wait for ever. */
const CONNECT_TIMEOUT_SECONDS = 10;

/** Of libpq and of pgx, the driver of Clair. */
const DEFAULT_SSLMODE = 'prefer';

type Words = Readonly<Record<string, string | undefined>>;

/**
 * `connstring` may be empty: then everything comes from `environment`. Words of libpq or pgx that mean nothing to us are
 * passed over, as a string that Clair accepts is accepted. Throws StoreError BAD_CONNECTION, without the string in it.
 */
export function connectionSettings(connstring: string, environment: NodeJS.ProcessEnv): ConnectionSettings {
  const given = /^postgres(?:ql)?:\/\//i.test(connstring) ? wordsOfUrl(connstring) : wordsOfDsn(connstring);
  const word = (name: string, variable: string): string | undefined =>
    given[name] || environment[variable] || undefined;

  const host = word('host', 'PGHOST') ?? given.hostaddr ?? 'localhost';
  const port = word('port', 'PGPORT') ?? String(DEFAULT_PORT);
  if (`${host}${port}`.includes(',')) {
    throw bad('names several servers; name one, or an address that leads to the one in charge');
  }
  const timeout = Number(word('connect_timeout', 'PGCONNECT_TIMEOUT') ?? 0);
  return {
    host,
    port: portNumber(port),
    user: word('user', 'PGUSER'),
    password: word('password', 'PGPASSWORD'),
    database: word('dbname', 'PGDATABASE'),
    options: word('options', 'PGOPTIONS'),
    applicationName: word('application_name', 'PGAPPNAME') ?? 'clearstory',
    connectTimeoutMs: (timeout > 0 ? timeout : CONNECT_TIMEOUT_SECONDS) * 1000,
    tls: host.startsWith('/') ? [false] : tlsModes(word, host),
  };
}

/** For messages: where the server is, and nothing that opens it. */
export function shownServer({ host, port }: ConnectionSettings): string {
  return `PostgreSQL at ${host.startsWith('/') ? `${host} (socket of port ${port})` : `${host}:${port}`}`;
}

function tlsModes(
  word: (name: string, variable: string) => string | undefined,
  host: string,
): readonly (TlsOptions | false)[] {
  const mode = word('sslmode', 'PGSSLMODE') ?? DEFAULT_SSLMODE;
  const authority = word('sslrootcert', 'PGSSLROOTCERT');
  const certificate = word('sslcert', 'PGSSLCERT');
  const key = word('sslkey', 'PGSSLKEY');
  const isSystem = authority === undefined || authority === 'system';
  const base: TlsOptions = {
    // What the certificate must name; an address may not be sent as a server name.
    ...(isIP(host) ? { host } : { servername: host }),
    ...(!isSystem && { ca: contentOf(authority, 'sslrootcert') }),
    ...(certificate && { cert: contentOf(certificate, 'sslcert') }),
    ...(key && { key: contentOf(key, 'sslkey') }),
    ...(given(word('sslpassword', 'PGSSLPASSWORD')) && { passphrase: word('sslpassword', 'PGSSLPASSWORD') }),
  };
  const anyName = { checkServerIdentity: () => undefined };
  switch (mode) {
    case 'disable':
      return [false];
    case 'allow':
      return [false, { ...base, rejectUnauthorized: false }];
    case 'prefer':
      return [{ ...base, rejectUnauthorized: false }, false];
    case 'require':
      // With an authority it verifies, as libpq does for the sake of old configurations.
      return [isSystem ? { ...base, rejectUnauthorized: false } : { ...base, ...anyName }];
    case 'verify-ca':
      return [{ ...base, ...anyName }];
    case 'verify-full':
      return [base];
    default:
      throw bad(
        'has an sslmode that is none of disable, allow, prefer, require, verify-ca and verify-full; correct it',
      );
  }
}

function given(text: string | undefined): text is string {
  return text !== undefined;
}

function contentOf(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw bad(`names a file as ${name} that cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw bad('has a port that is no number from 1 to 65535; correct it');
}

/** `postgresql://user:password@host:port/database?sslmode=…`, where the host may be a folder of sockets, encoded. */
function wordsOfUrl(text: string): Words {
  // WHATWG URLs know no percent-encoded host, which is how a folder of sockets is written.
  const parts =
    /^postgres(?:ql)?:\/\/(?:([^:@/?#]*)(?::([^@/?#]*))?@)?(\[[^\]]*\]|[^:/?#\s]*)(?::([^/?#]*))?(?:\/([^?#]*))?(?:\?(.*))?$/i.exec(
      text,
    );
  if (!parts) throw bad('is not of the form postgresql://user:password@host:port/database; correct it');
  try {
    const [user, password, host, port, dbname] = parts
      .slice(1, 6)
      .map((part) => (part === undefined ? undefined : decodeURIComponent(part)));
    return {
      user,
      password,
      host: host?.replace(/^\[(.*)\]$/, '$1'),
      port,
      dbname,
      ...Object.fromEntries(new URLSearchParams(parts[6] ?? '')),
    };
  } catch {
    throw bad('has a percent sign that encodes nothing; write %25 for it');
  }
}

/** `host=db port=5432 password='it''s'`: values in single quotes may hold spaces, a backslash protects what follows. */
function wordsOfDsn(text: string): Words {
  const words: Record<string, string> = {};
  const pair = /\s*([a-zA-Z_]\w*)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)/sy;
  while (pair.lastIndex < text.trimEnd().length) {
    const found = pair.exec(text);
    if (!found) {
      throw bad('is neither a URL (postgresql://…) nor words such as host=… user=… dbname=…; correct it');
    }
    words[found[1]!] = (found[2] ?? found[3] ?? '').replace(/\\(.)/gs, '$1');
  }
  return words;
}

function bad(what: string): StoreError {
  return new StoreError('BAD_CONNECTION', `the connection string of the database ${what}`);
}
