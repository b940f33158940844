// Locks that PostgreSQL holds for a session: they end with it, whatever becomes of the process.
import { createHash } from 'node:crypto';
import pg from 'pg';
import { beginSession, clientConfig } from './connect.ts';
import { type ConnectionSettings, shownServer } from './connection-settings.ts';
import { StoreError } from './store-error.ts';
import { storeFailure } from './store-failure.ts';

/** How often a session that holds locks is asked whether it is alive: a dead network says nothing by itself. */
const HEARTBEAT_MS = 10_000;

/** The server's side of the same: it gives the locks of a vanished machine free within a minute. */
const NOTICE_VANISHED_CLIENT = `
  set tcp_keepalives_idle to 30;
  set tcp_keepalives_interval to 10;
  set tcp_keepalives_count to 3`;

/** One connection for all locks of this process. */
export class AdvisoryLocks {
  readonly #settings: ConnectionSettings;
  /** Held or being asked for here: a session would be given its own locks again. */
  readonly #names = new Set<string>();
  #session: Promise<LockSession> | undefined;
  #isClosed = false;

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
  }

  /** As `Database.tryLock`. */
  async tryLock<T>(name: string, work: (lost: AbortSignal) => Promise<T>): Promise<T | undefined> {
    if (this.#names.has(name)) return undefined;
    this.#names.add(name);
    try {
      const session = await this.#liveSession();
      const key = keyOf(name);
      if (!(await session.ask('select pg_try_advisory_lock($1) as yes', key))) return undefined;
      try {
        return await work(session.lost);
      } finally {
        // Also tells whether it was ours to the end: throws when the session is gone.
        await session.ask('select pg_advisory_unlock($1) as yes', key);
      }
    } finally {
      this.#names.delete(name);
    }
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#isClosed = true;
    await (await session?.catch(() => undefined))?.close();
  }

  #liveSession(): Promise<LockSession> {
    const next = (this.#session ?? Promise.resolve(undefined))
      .catch(() => undefined)
      .then((known) => {
        if (this.#isClosed) throw new StoreError('UNAVAILABLE', 'the database is being closed');
        return known && !known.lost.aborted ? known : LockSession.open(this.#settings);
      });
    this.#session = next;
    return next;
  }
}

class LockSession {
  readonly #client: pg.Client;
  readonly #where: string;
  readonly #lost = new AbortController();
  readonly #heartbeat: NodeJS.Timeout;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(client: pg.Client, where: string) {
    this.#client = client;
    this.#where = where;
    client.once('end', () => this.#end());
    client.on('error', () => this.#end());
    this.#heartbeat = setInterval(() => {
      this.#inTurn(() => client.query('select 1')).catch(() => this.#end());
    }, HEARTBEAT_MS).unref();
  }

  static async open(settings: ConnectionSettings): Promise<LockSession> {
    const where = shownServer(settings);
    const client = new pg.Client({ ...clientConfig(settings), query_timeout: HEARTBEAT_MS });
    try {
      await client.connect();
      await beginSession(client);
      await client.query(NOTICE_VANISHED_CLIENT);
      return new LockSession(client, where);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw storeFailure(error, where);
    }
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async ask(text: string, key: string): Promise<boolean> {
    if (this.lost.aborted) throw this.lost.reason;
    try {
      const { rows } = await this.#inTurn(() => this.#client.query<{ yes: boolean }>(text, [key]));
      return rows[0]?.yes === true;
    } catch (error) {
      this.#end();
      throw storeFailure(error, this.#where);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    await this.#client.end().catch(() => undefined);
  }

  /** Several ask at once, and the driver is about to refuse a query while another runs. */
  #inTurn<T>(query: () => Promise<T>): Promise<T> {
    const answer = this.#turn.then(query);
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  #end(): void {
    if (this.lost.aborted) return;
    this.#lost.abort(
      new StoreError('UNAVAILABLE', `${this.#where}: the connection that held locks ended; try again`),
    );
    void this.close();
  }
}

/** Advisory locks are numbers of 64 bits. */
function keyOf(name: string): string {
  return createHash('sha256').update(`clearstory:${name}`).digest().readBigInt64BE().toString();
}
