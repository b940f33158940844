// One SQL dialect, PostgreSQL's, over two engines: a server, or PGlite in this process's data directory.

export type Row = Readonly<Record<string, unknown>>;

/**
 * Runs single statements with `$1`… parameters. `bytea` comes as Buffer, `bigint` as number, arrays as arrays, times as
 * Date; arrays and Buffers are taken as values. Throws StoreError.
 */
export interface Queryable {
  query<R extends object = Row>(text: string, values?: readonly unknown[]): Promise<R[]>;
}

export interface Database extends Queryable {
  readonly engine: 'postgresql' | 'pglite';
  /**
   * Commits what `work` did, or nothing of it. Only `transaction` may be used inside: PGlite has one session, and a
   * statement that waits for it from within would wait for ever (StoreError FAILED instead). After an UNAVAILABLE while
   * committing nobody knows the outcome, so what is written must bear being written again.
   */
  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T>;
  /**
   * Runs `work` while nobody else, in any replica, holds the lock of this name; `undefined` when somebody does. When the
   * lock is lost under way, with its connection, `lost` is aborted and the result is StoreError UNAVAILABLE.
   */
  tryLock<T>(name: string, work: (lost: AbortSignal) => Promise<T>): Promise<T | undefined>;
  close(): Promise<void>;
}
