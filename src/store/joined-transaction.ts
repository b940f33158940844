// Several repositories in one transaction: each takes a database, and this one is the transaction.
import type { Database, Queryable } from './database.ts';

/** For repositories that are used while a transaction is open: what they do commits with it, or not at all. */
export function joinedTransaction(database: Database, transaction: Queryable): Database {
  return {
    engine: database.engine,
    query: (text, values) => transaction.query(text, values),
    transaction: (work) => work(transaction),
    // Neither belongs to whoever was handed a transaction.
    tryLock: () => Promise.reject(new TypeError('a transaction takes no lock')),
    close: () => Promise.reject(new TypeError('a transaction closes nothing')),
  };
}
