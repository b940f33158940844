// The folder that an update of the advisories works on, kept here so that any replica can make the next one.
import { createHash } from 'node:crypto';
import { chunksOf } from './chunks.ts';
import type { Database, Queryable } from './database.ts';

export class FeedFiles {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** By name. All of one moment. */
  async all(): Promise<Map<string, Buffer>> {
    return this.#database.transaction(async (transaction) => {
      // One statement reads one piece: without it, another replica's files could come between.
      await transaction.query('set transaction isolation level repeatable read');
      const files = new Map<string, Buffer>();
      const rows = await transaction.query<{ name: string; chunks: number }>(
        `select name, (select count(*) from feed_chunk where file = name) as chunks from feed_file order by name`,
      );
      for (const { name, chunks } of rows) {
        const bytes: Buffer[] = [];
        for (let place = 0; place < chunks; place++) {
          const [row] = await transaction.query<{ bytes: Buffer }>(
            'select bytes from feed_chunk where file = $1 and place = $2',
            [name, place],
          );
          bytes.push(row!.bytes);
        }
        files.set(name, Buffer.concat(bytes));
      }
      return files;
    });
  }

  /** Puts `files` in the place of all there are. Those that did not change are not written again. */
  async replace(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      await transaction.query('lock table feed_file in share row exclusive mode');
      const known = await transaction.query<{ name: string; hash: Buffer }>(
        'select name, hash from feed_file',
      );
      const hashes = new Map(known.map(({ name, hash }) => [name, hash]));
      await transaction.query('delete from feed_file where not (name = any($1))', [[...files.keys()]]);
      for (const [name, bytes] of files) {
        const hash = createHash('sha256').update(bytes).digest();
        if (!hashes.get(name)?.equals(hash)) await write(transaction, { name, hash, bytes });
      }
    });
  }
}

async function write(
  transaction: Queryable,
  { name, hash, bytes }: { name: string; hash: Buffer; bytes: Uint8Array },
): Promise<void> {
  await transaction.query('delete from feed_file where name = $1', [name]);
  await transaction.query('insert into feed_file (name, hash) values ($1, $2)', [name, hash]);
  for (const [place, chunk] of chunksOf(bytes).entries()) {
    await transaction.query('insert into feed_chunk (file, place, bytes) values ($1, $2, $3)', [
      name,
      place,
      chunk,
    ]);
  }
}
