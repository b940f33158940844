// One SQL dialect, PostgreSQL's, over two engines: a server, or PGlite in this process's data directory.

export type Row = Readonly<Record<string, unknown>>;

/** Runs single statements with `$1`… parameters. Throws StoreError. */
export interface Queryable {
  query<R extends object = Row>(text: string, values?: readonly unknown[]): Promise<R[]>;
}

export interface Database extends Queryable {
  readonly engine: 'postgresql' | 'pglite';
  /** Commits what `work` did, or nothing of it. */
  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T>;
  /** Runs `work` while nobody else, in any replica, holds the lock of this name; `undefined` when somebody does. */
  tryLock<T>(name: string, work: () => Promise<T>): Promise<T | undefined>;
  close(): Promise<void>;
}
