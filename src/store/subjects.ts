// The distinct subjects of all images, and the manifests that have them.
import type { Inventory } from '../model/inventory.ts';
import type { MatchSubject } from '../model/match-subject.ts';
import type { Database } from './database.ts';
import { digestOfBytes } from './digest-bytes.ts';
import { unpackJson } from './packed-json.ts';

export interface StoredSubject {
  readonly id: number;
  readonly subject: MatchSubject;
}

export interface AffectedManifest {
  readonly manifest: string;
  /** Those of the subjects asked for that it has. */
  readonly subjects: readonly number[];
}

/** Subjects are some kilobytes each; so many are read at a time. */
const SUBJECT_PAGE = 500;

/** Images whose manifests are read together. */
const IMAGE_PAGE = 2_000;

/** Manifests read at a time: one image may have hundreds of thousands. */
const MANIFEST_PAGE = 20_000;

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
   * from subjects to images, and from those to manifests. In memory are the numbers of the images and one page.
   */
  async *manifestsWith(subjectIds: readonly number[]): AsyncIterable<AffectedManifest> {
    if (subjectIds.length === 0) return;
    const [found] = await this.#database.query<{ images: number[] | null }>(
      'select array_agg(id) as images from image where subjects && $1::integer[]',
      [subjectIds],
    );
    const images = (found?.images ?? []).sort((one, other) => one - other);
    for (let start = 0; start < images.length; start += IMAGE_PAGE) {
      yield* this.#manifestsOf(images.slice(start, start + IMAGE_PAGE), subjectIds);
    }
  }

  async *#manifestsOf(
    images: readonly number[],
    subjectIds: readonly number[],
  ): AsyncIterable<AffectedManifest> {
    const shared = await this.#database.query<{ id: number; subjects: number[] }>(
      `select id, array(select unnest(subjects) intersect select unnest($2::integer[])) as subjects
       from image where id = any($1)`,
      [images, subjectIds],
    );
    const subjectsOf = new Map(shared.map(({ id, subjects }) => [id, subjects]));
    let after = { image: 0, id: 0 };
    for (;;) {
      const rows = await this.#database.query<{ image: number; id: number; digest: Buffer }>(
        `select image, id, digest from manifest
         where image = any($1) and finished and (image, id) > ($2, $3) order by image, id limit $4`,
        [images, after.image, after.id, MANIFEST_PAGE],
      );
      for (const { image, digest } of rows) {
        yield { manifest: digestOfBytes(digest), subjects: subjectsOf.get(image) ?? [] };
      }
      if (rows.length < MANIFEST_PAGE) return;
      after = rows.at(-1)!;
    }
  }
}
