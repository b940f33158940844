// Takes a set of notifications away, however large it is, without holding up others.
import type { Queryable } from './database.ts';

/** A statement over this many rows takes a tenth of a second. */
const ROWS_A_STEP = 20_000;

/** With the column that counts within the set. */
const PARTS = [
  ['notification_manifest', 'first'],
  ['notification_image', 'image'],
  ['notification_change', 'subject'],
  ['notification_body', 'number'],
] as const;

/**
 * Marks the set first, so that nobody reads it or adds to it any more, and removes its row last: what a crash leaves
 * over is found by its mark. May be called again, and by several at once.
 */
export async function removeNotificationSet(database: Queryable, seq: number): Promise<void> {
  await database.query(`update notification_set set status = 'going' where seq = $1`, [seq]);
  for (const [table, number] of PARTS) {
    let removed: number;
    do {
      const rows = await database.query<{ count: number }>(
        `with removed as (
          delete from ${table} where set_seq = $1 and ${number} <= (
            select max(${number}) from (
              select ${number} from ${table} where set_seq = $1 order by ${number} limit ${ROWS_A_STEP}
            ) as step
          ) returning 1
        ) select count(*) as count from removed`,
        [seq],
      );
      removed = rows[0]!.count;
    } while (removed > 0);
  }
  await database.query('delete from notification_set where seq = $1', [seq]);
}
