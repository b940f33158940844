// The distinct subjects of all images, and the manifests that have them.
import type { Inventory } from '../model/inventory.ts';
import type { MatchSubject } from '../model/match-subject.ts';
import type { Database } from './database.ts';
import { digestsOfBytes } from './digest-bytes.ts';
import { unpackJson } from './packed-json.ts';

export interface StoredSubject {
  readonly id: number;
  readonly subject: MatchSubject;
}

export interface AffectedManifest {
  readonly manifest: string;
  /** Those of the subjects asked for that it has; the same array for manifests of one image that come together. */
  readonly subjects: readonly number[];
}

/** Subjects are some kilobytes each; so many are read at a time. */
const SUBJECT_PAGE = 500;

/** Images whose manifests are read together. */
const IMAGE_PAGE = 2_000;

/** Manifests read at a time: one image may have hundreds of thousands. */
const MANIFEST_PAGE = 20_000;

/** Manifests of one image, some of them. */
interface ManifestsOfImage {
  readonly image: number;
  /** The greatest number of a manifest among them. */
  readonly id: number;
  /** Bytes of one digest; those of another kind are a row of their own. */
  readonly length: number;
  /** One after the other. */
  readonly digests: Buffer;
}

/** A page in the order of the index, joined to one row for each image: rows are what costs time here. */
const MANIFESTS_OF = `
  select image, max(id) as id, octet_length(digest) as length, string_agg(digest, '') as digests
  from (select image, id, digest from manifest
        where image = any($1) and finished and (image, id) > ($2, $3) order by image, id limit $4) as page
  group by image, octet_length(digest) order by image, id`;

/** Where a page begins: among the images, and after this manifest of the first of them. */
interface Place {
  readonly start: number;
  readonly after: { readonly image: number; readonly id: number };
}

interface Page {
  readonly manifests: readonly AffectedManifest[];
  readonly next: Place | undefined;
}

const BEGINNING = { image: 0, id: 0 };

export class Subjects {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Those of them that are there, in no order that means anything. */
  async byKeys(keys: readonly string[]): Promise<MatchSubject[]> {
    const subjects: MatchSubject[] = [];
    for (let start = 0; start < keys.length; start += SUBJECT_PAGE) {
      const rows = await this.#database.query<{ key: string; body: Buffer }>(
        'select key, body from subject where key = any($1)',
        [keys.slice(start, start + SUBJECT_PAGE)],
      );
      for (const { key, body } of rows) subjects.push({ key, inventory: await unpackJson<Inventory>(body) });
    }
    return subjects;
  }

  /** In the order of their ids; one that is added meanwhile may come or not. */
  async *all(): AsyncIterable<StoredSubject> {
    for (let after = 0; ; ) {
      const rows = await this.#database.query<{ id: number; key: string; body: Buffer }>(
        'select id, key, body from subject where id > $1 order by id limit $2',
        [after, SUBJECT_PAGE],
      );
      for (const { id, key, body } of rows) {
        yield { id, subject: { key, inventory: await unpackJson<Inventory>(body) } };
      }
      if (rows.length < SUBJECT_PAGE) return;
      after = rows.at(-1)!.id;
    }
  }

  /**
   * Finished manifests that have any of the subjects, each once, in no order that means anything. Goes by indexes alone:
   * from subjects to images, and from those to manifests. In memory are the numbers of the images and two pages: while
   * one is being worked on, the next is fetched.
   */
  async *manifestsWith(ids: readonly number[]): AsyncIterable<AffectedManifest> {
    const subjectIds = [...new Set(ids)];
    if (subjectIds.length === 0) return;
    const images = await this.#imagesWith(subjectIds);
    let coming = this.#page(images, subjectIds, { start: 0, after: BEGINNING });
    for (;;) {
      const { manifests, next } = await coming;
      if (!next) {
        yield* manifests;
        return;
      }
      coming = this.#page(images, subjectIds, next);
      // If it fails while this page is worked on, that is said when it is waited for.
      coming.catch(() => undefined);
      yield* manifests;
    }
  }

  /** In ascending order. */
  async #imagesWith(subjectIds: readonly number[]): Promise<number[]> {
    return this.#database.transaction(async (transaction) => {
      // PostgreSQL thinks that comparing arrays costs nothing, and that reading all images is cheaper than their index.
      await transaction.query('set local enable_seqscan = off');
      const [found] = await transaction.query<{ images: number[] | null }>(
        'select array_agg(id) as images from image where subjects && $1::integer[]',
        [subjectIds],
      );
      return (found?.images ?? []).sort((one, other) => one - other);
    });
  }

  async #page(
    images: readonly number[],
    subjectIds: readonly number[],
    { start, after }: Place,
  ): Promise<Page> {
    const batch = images.slice(start, start + IMAGE_PAGE);
    if (batch.length === 0) return { manifests: [], next: undefined };
    const [shared, rows] = await Promise.all([
      this.#database.query<{ image: number; subject: number }>(
        `select image.id as image, part.id as subject
         from image, unnest(image.subjects) as part (id) join unnest($2::integer[]) as asked (id) on asked.id = part.id
         where image.id = any($1)`,
        [batch, subjectIds],
      ),
      this.#database.query<ManifestsOfImage>(MANIFESTS_OF, [batch, after.image, after.id, MANIFEST_PAGE]),
    ]);
    const subjectsOf = new Map<number, number[]>();
    for (const { image, subject } of shared) {
      const known = subjectsOf.get(image);
      if (known) known.push(subject);
      else subjectsOf.set(image, [subject]);
    }
    const manifests = rows.flatMap(({ image, digests, length }) => {
      const subjects = subjectsOf.get(image) ?? [];
      return digestsOfBytes(digests, length).map((manifest) => ({ manifest, subjects }));
    });
    return {
      manifests,
      next:
        manifests.length === MANIFEST_PAGE
          ? { start, after: rows.at(-1)! }
          : { start: start + IMAGE_PAGE, after: BEGINNING },
    };
  }
}
