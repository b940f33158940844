// Numbers of things that are stored once and referred to often: layers and subjects.
import type { Queryable } from './database.ts';
import { StoreError } from './store-error.ts';

/** A table of them; the statements differ, the way to a number does not. */
export interface IdTable<Item> {
  /** Rows of `{ id, name, stale }` for those of the names `$1` that are there; stale: not touched for a day. */
  readonly select: string;
  /** Sets the day of the ids `$1`, in their order; returns ids that are still there. */
  readonly touch: string;
  /** Adds `items`, which are in the order of their names, unless somebody else did. */
  insert(transaction: Queryable, items: readonly Item[]): Promise<void>;
  /** Unique in the table; what the select calls it. */
  nameOf(item: Item): string;
  /** As the select wants it. */
  valueOf(item: Item): string | Buffer;
}

/**
 * Somebody else may add the same in the same moment, and collecting garbage may take away what was just seen; each pass
 * after the first is one such coincidence.
 */
const MAX_PASSES = 10;

/**
 * By name, for all `items`, adding what is not there. Locks rows in one order (those to be touched by id, then those to
 * be added by name), so that two replicas never wait for each other; and touches at most once a day, so that a stored
 * thing costs a look. An insert that does nothing would use up a number, hence the look before it.
 */
export async function storedIds<Item>(
  transaction: Queryable,
  table: IdTable<Item>,
  items: readonly Item[],
): Promise<Map<string, number>> {
  const byName = new Map(items.map((item) => [table.nameOf(item), item]));
  const names = [...byName.keys()].sort();
  const ids = new Map<string, number>();
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const missing = names.filter((name) => !ids.has(name)).map((name) => byName.get(name)!);
    if (missing.length === 0) return ids;
    if (pass > 0) await table.insert(transaction, missing);
    for (const [name, id] of await present(transaction, table, missing)) ids.set(name, id);
  }
  throw new StoreError('UNAVAILABLE', 'rows keep vanishing while they are being referred to; try again');
}

async function present<Item>(
  transaction: Queryable,
  table: IdTable<Item>,
  items: readonly Item[],
): Promise<[string, number][]> {
  const rows = await transaction.query<{ id: number; name: string; stale: boolean }>(table.select, [
    items.map((item) => table.valueOf(item)),
  ]);
  const stale = rows.filter((row) => row.stale).map((row) => row.id);
  if (stale.length === 0) return rows.map(({ name, id }) => [name, id]);
  const touched = await transaction.query<{ id: number }>(table.touch, [stale]);
  const alive = new Set(touched.map(({ id }) => id));
  return rows.filter((row) => !row.stale || alive.has(row.id)).map(({ name, id }) => [name, id]);
}
