// Fills a database with as many manifests as a large registry has, as the indexer would have stored them.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Database } from '../src/store/database.ts';
import { bytesOfDigest } from '../src/store/digest-bytes.ts';
import { LOADED_LAYERS, loadedImage, loadedLayers, loadedSubjects } from './loaded-content.ts';

export interface LoadedStore {
  readonly manifests: number;
  readonly images: number;
  readonly subjects: number;
  readonly layers: number;
}

/** Rows of one statement: enough that the way there and back does not count. */
const BATCH = 5_000;

/**
 * `count` manifests over `LOADED_LAYERS` layers; a seventh as many distinct images, since builds of one application
 * mostly differ in files that nobody lists. The digest of manifest n is that of the text `manifest n`.
 */
export async function loadStore(database: Database, count: number): Promise<LoadedStore> {
  const layerIds = await loadLayers(database);
  const subjectIds = await loadSubjects(database);
  const images = Math.ceil(count / 7);
  const imageIds = await loadImages(database, images, subjectIds);
  for (let start = 0; start < count; start += BATCH) {
    const batch = range(start, Math.min(start + BATCH, count));
    await database.query(
      `insert into manifest (digest, kind, finished, err, scanner, layers, image)
       select digest, 'windows', true, '', 'clearstory-1', layers::integer[], image
       from unnest($1::bytea[], $2::text[], $3::integer[]) as new (digest, layers, image)`,
      [
        batch.map((n) => hashOf(`manifest ${n}`)),
        batch.map((n) => `{${loadedLayers(n, n % images).map((layer) => layerIds[layer]!)}}`),
        batch.map((n) => imageIds[n % images]!),
      ],
    );
  }
  await database.query('analyze');
  return { manifests: count, images, subjects: subjectIds.size, layers: layerIds.length };
}

async function loadLayers(database: Database): Promise<number[]> {
  const digests = range(0, LOADED_LAYERS).map((n) => hashOf(`layer ${n}`));
  await database.query('insert into layer (digest) select unnest($1::bytea[]) on conflict do nothing', [
    digests,
  ]);
  const rows = await database.query<{ id: number; hex: string }>(
    `select id, encode(digest, 'hex') as hex from layer where digest = any($1)`,
    [digests],
  );
  const ids = new Map(rows.map(({ id, hex }) => [hex, id]));
  return digests.map((digest) => ids.get(digest.toString('hex'))!);
}

async function loadSubjects(database: Database): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  const all = loadedSubjects();
  for (let start = 0; start < all.length; start += BATCH) {
    const batch = all.slice(start, start + BATCH);
    const rows = await database.query<{ id: number; key: string }>(
      `insert into subject (key, body) select * from unnest($1::text[], $2::bytea[])
       on conflict (key) do update set key = excluded.key returning id, key`,
      [batch.map(({ key }) => key), batch.map(({ inventory }) => gzipSync(JSON.stringify(inventory)))],
    );
    for (const { id, key } of rows) ids.set(key, id);
  }
  return ids;
}

async function loadImages(
  database: Database,
  count: number,
  subjectIds: ReadonlyMap<string, number>,
): Promise<number[]> {
  const ids: number[] = [];
  for (let start = 0; start < count; start += BATCH) {
    const contents = range(start, Math.min(start + BATCH, count)).map(loadedImage);
    const bodies = contents.map((image) => JSON.stringify(image));
    const rows = await database.query<{ id: number }>(
      `insert into image (hash, subjects) select hash, subjects::integer[]
       from unnest($1::bytea[], $2::text[]) as new (hash, subjects) returning id`,
      [
        bodies.map((body) => createHash('sha256').update(body).digest().subarray(0, 16)),
        contents.map(({ subjects }) => `{${subjects.map((key) => subjectIds.get(key)!)}}`),
      ],
    );
    await database.query(
      'insert into image_body (image, body) select * from unnest($1::integer[], $2::bytea[])',
      [rows.map(({ id }) => id), bodies.map((body) => gzipSync(body))],
    );
    ids.push(...rows.map(({ id }) => id));
  }
  return ids;
}

function hashOf(name: string): Buffer {
  return bytesOfDigest(`sha256:${createHash('sha256').update(name).digest('hex')}`);
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}
