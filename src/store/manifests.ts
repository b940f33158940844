// Indexed manifests.
import type { IndexedImage } from '../model/indexed-image.ts';
import type { MatchSubject } from '../model/match-subject.ts';
import type { Database, Queryable } from './database.ts';
import { bytesOfDigest, digestOfBytes } from './digest-bytes.ts';
import { packJson } from './packed-json.ts';
import { type IdTable, storedIds } from './stored-ids.ts';
import { loadImage, removeOrphans, storeImage } from './stored-images.ts';

/** `other`: without Windows, and nobody else to ask. `upstream`: forwarded to the Clair behind us. */
export type ManifestKind = 'windows' | 'other' | 'upstream';

interface ManifestState {
  readonly digest: string;
  readonly kind: ManifestKind;
  readonly state: 'IndexFinished' | 'IndexError';
  /** Why, for `IndexError`; else `''`. */
  readonly err: string;
  /** The index_state it was made under. */
  readonly scanner: string;
  /** Distinct, base first. */
  readonly layers: readonly string[];
}

export interface StoredManifest extends ManifestState {
  /** For `Manifests.image`. */
  readonly image: number | undefined;
}

export interface ManifestToStore extends ManifestState {
  readonly content?: {
    readonly image: IndexedImage;
    readonly subjects: readonly MatchSubject[];
  };
}

interface ManifestRow {
  readonly kind: ManifestKind;
  readonly finished: boolean;
  readonly err: string;
  readonly scanner: string;
  readonly image: number | null;
  readonly layers: readonly Buffer[];
}

/** The hot path: one row by its key, and the digests of its layers from a small table by theirs. */
const FIND = `
  select kind, finished, err, scanner, image,
    array(select layer.digest from unnest(manifest.layers) with ordinality as used (id, place)
          join layer on layer.id = used.id order by used.place) as layers
  from manifest where digest = $1`;

/** `was`: the image it had before. */
const SAVE = `
  with old as (select image from manifest where digest = $1)
  insert into manifest (digest, kind, finished, err, scanner, layers, image)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (digest) do update set kind = excluded.kind, finished = excluded.finished, err = excluded.err,
    scanner = excluded.scanner, layers = excluded.layers, image = excluded.image
  returning (select image from old) as was`;

const LAYERS: IdTable<string> = {
  select: `select id, encode(digest, 'hex') as name, touched_at < now() - interval '1 day' as stale
    from layer where digest = any($1)`,
  touch: `with locked as (select id from layer where id = any($1) order by id for update)
    update layer set touched_at = now() where id in (select id from locked) returning id`,
  insert: async (transaction, digests) => {
    await transaction.query(
      `insert into layer (digest) select digest from unnest($1::bytea[]) with ordinality as new (digest, place)
       order by place on conflict (digest) do nothing`,
      [digests.map(bytesOfDigest)],
    );
  },
  nameOf: (digest) => bytesOfDigest(digest).toString('hex'),
  valueOf: bytesOfDigest,
};

const SUBJECTS: IdTable<MatchSubject> = {
  select: `select id, key as name, touched_at < now() - interval '1 day' as stale
    from subject where key = any($1)`,
  touch: `with locked as (select id from subject where id = any($1) order by id for update)
    update subject set touched_at = now() where id in (select id from locked) returning id`,
  insert: async (transaction, subjects) => {
    const bodies = await Promise.all(subjects.map(({ inventory }) => packJson(inventory)));
    await transaction.query(
      `insert into subject (key, body)
       select key, body from unnest($1::text[], $2::bytea[]) with ordinality as new (key, body, place)
       order by place on conflict (key) do nothing`,
      [subjects.map(({ key }) => key), bodies],
    );
  },
  nameOf: ({ key }) => key,
  valueOf: ({ key }) => key,
};

export class Manifests {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async find(digest: string): Promise<StoredManifest | undefined> {
    const [row] = await this.#database.query<ManifestRow>(FIND, [bytesOfDigest(digest)]);
    if (!row) return undefined;
    const { kind, finished, err, scanner, image, layers } = row;
    return {
      digest,
      kind,
      state: finished ? 'IndexFinished' : 'IndexError',
      err,
      scanner,
      layers: layers.map(digestOfBytes),
      image: image ?? undefined,
    };
  }

  /**
   * Replaces what was known of the manifest and ends its job. May be done again, and by two replicas at once: rows are
   * locked in one order (layers, subjects, image, manifest).
   */
  async save(manifest: ManifestToStore): Promise<void> {
    const key = bytesOfDigest(manifest.digest);
    const orphan = await this.#database.transaction(async (transaction) => {
      const layers = await idsInOrder(transaction, LAYERS, [...new Set(manifest.layers)]);
      const image = await storedContent(transaction, manifest.content);
      const [saved] = await transaction.query<{ was: number | null }>(SAVE, [
        key,
        manifest.kind,
        manifest.state === 'IndexFinished',
        // PostgreSQL's texts cannot hold it, and messages may quote what an image says.
        manifest.err.replaceAll('\0', ''),
        manifest.scanner,
        layers,
        image,
      ]);
      await transaction.query('delete from index_job where digest = $1', [key]);
      return saved?.was === image ? undefined : (saved?.was ?? undefined);
    });
    if (orphan !== undefined) await removeOrphans(this.#database, [orphan]);
  }

  /** Those of them that were there. Images that nobody has any more go too. */
  async delete(digests: readonly string[]): Promise<string[]> {
    // First locked in order, so that two replicas that delete the same never wait for each other.
    const gone = await this.#database.query<{ digest: Buffer; image: number | null }>(
      `with locked as (select digest from manifest where digest = any($1) order by digest for update)
       delete from manifest where digest in (select digest from locked) returning digest, image`,
      [digests.map(bytesOfDigest)],
    );
    const images = new Set(gone.flatMap(({ image }) => image ?? []));
    await removeOrphans(this.#database, [...images]);
    return gone.map(({ digest }) => digestOfBytes(digest));
  }

  async image(id: number): Promise<IndexedImage | undefined> {
    return loadImage(this.#database, id);
  }
}

async function storedContent(
  transaction: Queryable,
  content: ManifestToStore['content'],
): Promise<number | null> {
  if (!content) return null;
  const subjects = await idsInOrder(transaction, SUBJECTS, content.subjects);
  return storeImage(transaction, content.image, subjects);
}

async function idsInOrder<Item>(
  transaction: Queryable,
  table: IdTable<Item>,
  items: readonly Item[],
): Promise<number[]> {
  const ids = await storedIds(transaction, table, items);
  return items.map((item) => ids.get(table.nameOf(item))!);
}
