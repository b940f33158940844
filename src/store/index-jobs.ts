// What was posted to be indexed and is not finished, and which replica works on it.
import type { Database } from './database.ts';
import { bytesOfDigest, digestOfBytes } from './digest-bytes.ts';

export interface IndexJob {
  readonly digest: string;
  /** As posted. */
  readonly request: string;
}

/**
 * Requests hold the tokens of a registry, which are of no use after some minutes: they are forgotten then, even while
 * the job is under way, and nobody takes such a job over.
 */
const REQUEST_KEPT = `interval '10 minutes'`;

export class IndexJobs {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** `false`: another replica works on it, and its lease has not run out. */
  async start(digest: string, request: string, owner: string, leaseSeconds: number): Promise<boolean> {
    const started = await this.#database.query(
      `insert into index_job as held (digest, request, owner, leased_until)
       values ($1, $2, $3, now() + $4 * interval '1 second')
       on conflict (digest) do update
         set request = excluded.request, owner = excluded.owner, leased_until = excluded.leased_until,
           started_at = now()
         where held.leased_until < now() or held.owner = excluded.owner
       returning digest`,
      // A text of PostgreSQL cannot hold it, and JSON has an escape for it.
      [bytesOfDigest(digest), request.replaceAll('\0', ''), owner, leaseSeconds],
    );
    return started.length > 0;
  }

  /** Prolongs the leases of all jobs of `owner`. */
  async renew(owner: string, leaseSeconds: number): Promise<void> {
    await this.#database.query(
      `with held as (select digest from index_job where owner = $1 order by digest for update)
       update index_job set leased_until = now() + $2 * interval '1 second'
       where digest in (select digest from held)`,
      [owner, leaseSeconds],
    );
  }

  /** Up to `limit` jobs that nobody works on any more, the oldest first, now `owner`'s. */
  async takeOver(owner: string, leaseSeconds: number, limit: number): Promise<IndexJob[]> {
    await this.#forgetOld();
    // Skips what another replica is just taking.
    const rows = await this.#database.query<{ digest: Buffer; request: string }>(
      `with free as (
         select digest from index_job where leased_until < now() and request is not null
         order by started_at limit $3 for update skip locked)
       update index_job set owner = $1, leased_until = now() + $2 * interval '1 second'
       where digest in (select digest from free) returning digest, request`,
      [owner, leaseSeconds, limit],
    );
    return rows.map(({ digest, request }) => ({ digest: digestOfBytes(digest), request }));
  }

  /** At shutdown: others may take the jobs of `owner` at once. */
  async handBack(owner: string): Promise<void> {
    await this.#database.query(
      `with held as (select digest from index_job where owner = $1 order by digest for update)
       update index_job set leased_until = '-infinity' where digest in (select digest from held)`,
      [owner],
    );
  }

  /** It ended, well or not. */
  async finish(digest: string): Promise<void> {
    await this.#database.query('delete from index_job where digest = $1', [bytesOfDigest(digest)]);
  }

  /** Jobs that are not finished. */
  async depth(): Promise<number> {
    const [row] = await this.#database.query<{ count: number }>('select count(*) as count from index_job');
    return row?.count ?? 0;
  }

  async #forgetOld(): Promise<void> {
    await this.#database.query(
      `with old as (
         select digest from index_job where started_at < now() - ${REQUEST_KEPT} and leased_until < now()
         for update skip locked)
       delete from index_job where digest in (select digest from old)`,
    );
    await this.#database.query(
      `with old as (
         select digest from index_job where started_at < now() - ${REQUEST_KEPT} and request is not null
         for update skip locked)
       update index_job set request = null where digest in (select digest from old)`,
    );
  }
}
