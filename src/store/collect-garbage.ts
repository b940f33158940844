// Takes away what nothing refers to any more.
import type { Database } from './database.ts';
import { removeOrphans } from './stored-images.ts';

/** Rows that were removed. */
export interface Collected {
  readonly images: number;
  readonly layers: number;
  readonly facts: number;
  readonly subjects: number;
}

/**
 * Layers, what was read of them, and subjects stay for as long after they were last asked for: an image that is pushed
 * again, or another one on the same base, finds them. Referring to a row sets its time first (at most a day late), and a
 * delete that waited for that looks at the time again, so nothing goes that is just being referred to.
 */
const UNUSED = `touched_at < now() - interval '30 days'`;

/**
 * To be called once a day or so; passes over the manifests once. What readers of other versions than `readerVersion`
 * found goes when no replica of theirs asks for it any more. `undefined`: another replica is at it.
 */
export async function collectGarbage(
  database: Database,
  readerVersion: string,
): Promise<Collected | undefined> {
  return database.tryLock('garbage-collection', async () => {
    const orphans = await database.query<{ id: number }>(
      'select id from image where not exists (select from manifest where manifest.image = image.id)',
    );
    const images = await removeOrphans(
      database,
      orphans.map(({ id }) => id),
    );
    const layers = await database.query(
      `delete from layer where ${UNUSED} and id not in (select unnest(layers) from manifest) returning id`,
    );
    const facts = await database.query(
      `delete from layer_facts where ${UNUSED}
         and (reader <> $1 or not exists (select from layer where layer.digest = layer_facts.digest))
       returning 1`,
      [readerVersion],
    );
    const subjects = await database.query(
      `delete from subject where ${UNUSED} and id not in (select unnest(subjects) from image) returning id`,
    );
    return { images, layers: layers.length, facts: facts.length, subjects: subjects.length };
  });
}
