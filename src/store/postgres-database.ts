// The database as a PostgreSQL server, shared by all replicas.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../base/log.ts';
import { AdvisoryLocks } from './advisory-locks.ts';
import { beginSession, chooseTls, clientConfig } from './connect.ts';
import { connectionSettings, shownServer } from './connection-settings.ts';
import type { Database, Queryable, Row } from './database.ts';
import { storeFailure } from './store-failure.ts';

/** Two cores of a server are kept busy by fewer; `max_connections` is 100 by default, for all replicas together. */
const MAX_CONNECTIONS = 10;

/** A server that restarts is back after a second or so; more than one such pause is for whoever asked us to make. */
const SECOND_TRY_MS = 200;

/**
 * Names of prepared statements, by text. Ours are constants, a few dozen of them; texts that are put together would fill
 * the memory of the server, so past this many they run unnamed.
 */
const MAX_PREPARED = 500;

export class PostgresDatabase implements Database {
  readonly engine = 'postgresql';
  readonly #pool: pg.Pool;
  readonly #locks: AdvisoryLocks;
  readonly #where: string;
  readonly #names = new Map<string, string>();

  private constructor(pool: pg.Pool, locks: AdvisoryLocks, where: string) {
    this.#pool = pool;
    this.#locks = locks;
    this.#where = where;
  }

  /** Throws StoreError UNAVAILABLE or BAD_CONNECTION. */
  static async connect(connstring: string, log: Logger): Promise<PostgresDatabase> {
    const given = connectionSettings(connstring, process.env);
    const where = shownServer(given);
    const settings = await chooseTls(given).catch((error: unknown) => {
      throw storeFailure(error, where);
    });
    const pool = new pg.Pool({
      ...clientConfig(settings),
      max: MAX_CONNECTIONS,
      onConnect: beginSession,
    });
    // An idle connection that ends is replaced when the next one is wanted.
    pool.on('error', (error) => log.debug({ reason: error.message }, 'a database connection ended'));
    return new PostgresDatabase(pool, new AdvisoryLocks(settings), where);
  }

  async query<R extends object = Row>(text: string, values?: readonly unknown[]): Promise<R[]> {
    const client = await this.#acquire();
    return this.#using(client, () => this.#run<R>(client, text, values));
  }

  async transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    const client = await this.#acquire('begin');
    return this.#using(client, async () => {
      try {
        const result = await work({
          query: <R extends object = Row>(text: string, values?: readonly unknown[]) =>
            this.#run<R>(client, text, values),
        });
        await this.#run(client, 'commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch(() => undefined);
        throw error;
      }
    });
  }

  tryLock<T>(name: string, work: (lost: AbortSignal) => Promise<T>): Promise<T | undefined> {
    return this.#locks.tryLock(name, work);
  }

  async close(): Promise<void> {
    await this.#locks.close();
    if (!this.#pool.ending) await this.#pool.end();
  }

  /**
   * A connection; with `begin`, one that has a transaction. Tried twice, since nothing was executed that could happen
   * twice: the connection that was idle may be that of a server which has been restarted since.
   */
  async #acquire(begin?: 'begin'): Promise<pg.PoolClient> {
    const attempt = async (): Promise<pg.PoolClient> => {
      const client = await this.#pool.connect().catch((error: unknown) => {
        throw storeFailure(error, this.#where);
      });
      if (!begin) return client;
      await this.#run(client, begin).catch((error: unknown) => {
        client.release(true);
        throw error;
      });
      return client;
    };
    try {
      return await attempt();
    } catch (error) {
      if (storeFailure(error, this.#where).code !== 'UNAVAILABLE' || this.#pool.ending) throw error;
      await sleep(SECOND_TRY_MS);
      return attempt();
    }
  }

  /** Gives the connection back, or ends it when it may be of no use any more. */
  async #using<T>(client: pg.PoolClient, work: () => Promise<T>): Promise<T> {
    let isBroken = true;
    try {
      const result = await work();
      isBroken = false;
      return result;
    } catch (error) {
      isBroken = storeFailure(error, this.#where).code === 'UNAVAILABLE';
      throw error;
    } finally {
      client.release(isBroken);
    }
  }

  async #run<R extends object>(
    client: pg.PoolClient,
    text: string,
    values?: readonly unknown[],
  ): Promise<R[]> {
    try {
      if (!values) return (await client.query(text)).rows as R[];
      const name = this.#nameOf(text);
      const query = { text, values: [...values], ...(name !== undefined && { name }) };
      return (await client.query(query)).rows as R[];
    } catch (error) {
      throw storeFailure(error, this.#where);
    }
  }

  #nameOf(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.size >= MAX_PREPARED) return known;
    const name = `cs_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
    this.#names.set(text, name);
    return name;
  }
}
