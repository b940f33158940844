// What images consist of, each distinct one once.
import { createHash } from 'node:crypto';
import type { IndexedImage } from '../model/indexed-image.ts';
import type { Database, Queryable } from './database.ts';
import { packText, unpackJson } from './packed-json.ts';
import { StoreError } from './store-error.ts';

/** Half a SHA-256 tells images apart as surely, in half the room. */
const HASH_BYTES = 16;

/** Orphans are removed so many at a time: each batch is a transaction that holds their locks. */
const BATCH = 1_000;

/** Each further pass is one coincidence of storing and removing the same image. */
const MAX_PASSES = 10;

/** The number of an image with this content, which cannot be removed before the transaction ends. */
export async function storeImage(
  transaction: Queryable,
  image: IndexedImage,
  subjects: readonly number[],
): Promise<number> {
  const json = JSON.stringify(image);
  const hash = createHash('sha256').update(json).digest().subarray(0, HASH_BYTES);
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const [known] = await transaction.query<{ id: number }>(
      'select id from image where hash = $1 for key share',
      [hash],
    );
    if (known) return known.id;
    const [added] = await transaction.query<{ id: number }>(
      'insert into image (hash, subjects) values ($1, $2) on conflict (hash) do nothing returning id',
      [hash, [...new Set(subjects)].sort((one, other) => one - other)],
    );
    if (!added) continue;
    await transaction.query('insert into image_body (image, body) values ($1, $2)', [
      added.id,
      await packText(json),
    ]);
    return added.id;
  }
  throw new StoreError('UNAVAILABLE', 'an image keeps vanishing while it is being stored; try again');
}

export async function loadImage(database: Queryable, id: number): Promise<IndexedImage | undefined> {
  const [row] = await database.query<{ body: Buffer }>('select body from image_body where image = $1', [id]);
  return row && unpackJson<IndexedImage>(row.body);
}

/** Removes those of the images that no manifest has. */
export async function removeOrphans(database: Database, images: readonly number[]): Promise<number> {
  let removed = 0;
  for (let start = 0; start < images.length; start += BATCH) {
    const batch = images.slice(start, start + BATCH);
    removed += await database.transaction(async (transaction) => {
      // Locked before it is asked whether they are used: by then, whoever was storing a manifest with them has ended.
      await transaction.query('select id from image where id = any($1) order by id for update', [batch]);
      const gone = await transaction.query(
        `delete from image where id = any($1)
           and not exists (select from manifest where manifest.image = image.id)
         returning id`,
        [batch],
      );
      return gone.length;
    });
  }
  return removed;
}
