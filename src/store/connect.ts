// Connections to the server, each set up the same way.
import pg from 'pg';
import type { ConnectionSettings } from './connection-settings.ts';

/** A statement that takes longer has lost its way; searches over a million manifests are paged. */
const STATEMENT_TIMEOUT_MS = 60_000;

/** Time for the answer "took too long" to arrive; silence after that means that the connection is dead. */
const ANSWER_MS = 5_000;

/** What every session begins with. A transaction that was left open must not hold its locks for ever. */
const SESSION = `
  set search_path to clearstory;
  set statement_timeout to ${STATEMENT_TIMEOUT_MS};
  set idle_in_transaction_session_timeout to ${STATEMENT_TIMEOUT_MS};
  set client_encoding to 'UTF8'`;

const types = new pg.TypeOverrides();
// Counts and ids: below 2^53.
types.setTypeParser(pg.types.builtins.INT8, Number);

/** For `pg.Client` and `pg.Pool`. */
export function clientConfig(settings: ConnectionSettings, tls = settings.tls[0]!): pg.ClientConfig {
  return {
    host: settings.host,
    port: settings.port,
    ...(settings.user !== undefined && { user: settings.user }),
    ...(settings.password !== undefined && { password: settings.password }),
    ...(settings.database !== undefined && { database: settings.database }),
    ...(settings.options !== undefined && { options: settings.options }),
    application_name: settings.applicationName,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    query_timeout: STATEMENT_TIMEOUT_MS + ANSWER_MS,
    keepAlive: true,
    ssl: tls,
    types,
  };
}

/** Said once to each new connection, before anything else. */
export async function beginSession(client: pg.ClientBase): Promise<void> {
  // What is reported here is reported to whoever waits for a statement as well; without a listener it would end the process.
  client.on('error', () => undefined);
  await client.query(SESSION);
}

/** Which of `settings.tls` the server speaks. Throws what the driver throws. */
export async function chooseTls(settings: ConnectionSettings): Promise<ConnectionSettings> {
  for (const [index, tls] of settings.tls.entries()) {
    const client = new pg.Client(clientConfig(settings, tls));
    client.on('error', () => undefined);
    try {
      await client.connect();
      return { ...settings, tls: [tls] };
    } catch (error) {
      if (index === settings.tls.length - 1 || !mayDifferWithTls(error)) throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  throw new Error('no way to connect');
}

/** The server has no TLS, or its pg_hba.conf asks for the other way (SQLSTATE 28000). */
function mayDifferWithTls(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /does not support SSL/.test(error.message) || ('code' in error && error.code === '28000');
}
