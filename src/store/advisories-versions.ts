// The versions of the advisories, one of which every replica has in memory.
import { chunksOf } from './chunks.ts';
import type { Database } from './database.ts';
import { StoreError } from './store-error.ts';

export interface StoredVersion {
  /** Ascending: the latest has the greatest. */
  readonly id: number;
  /** A UUID, by which the outside knows it. */
  readonly ref: string;
  /** Of the content: equal content, equal version. */
  readonly version: string;
  /** When the feed was last read to its end, ISO 8601. */
  readonly fetchedAt: string;
  /** When it was added, ISO 8601. */
  readonly createdAt: string;
}

interface VersionRow {
  readonly id: number;
  readonly ref: string;
  readonly version: string;
  readonly fetched_at: Date;
  readonly created_at: Date;
}

const COLUMNS = 'id, ref, version, fetched_at, created_at';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export class AdvisoriesVersions {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async latest(): Promise<StoredVersion | undefined> {
    const [row] = await this.#database.query<VersionRow>(
      `select ${COLUMNS} from advisories_version order by id desc limit 1`,
    );
    return row && versionOf(row);
  }

  /** Newest first. */
  async list(): Promise<StoredVersion[]> {
    const rows = await this.#database.query<VersionRow>(
      `select ${COLUMNS} from advisories_version order by id desc`,
    );
    return rows.map(versionOf);
  }

  /** The file as it was added. Throws StoreError UNAVAILABLE when the version has been removed: there is a newer one. */
  async load(id: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for (;;) {
      const [row] = await this.#database.query<{ bytes: Buffer }>(
        'select bytes from advisories_chunk where version = $1 and place = $2',
        [id, chunks.length],
      );
      if (!row) break;
      chunks.push(row.bytes);
    }
    // Asked afterwards: a version that is removed while it is read is not half a file.
    const [version] = await this.#database.query('select id from advisories_version where id = $1', [id]);
    if (version) return Buffer.concat(chunks);
    throw new StoreError('UNAVAILABLE', `version ${id} of the advisories has been removed; load the latest`);
  }

  /** Adds a version; one with the content of the latest confirms that instead. */
  async add(added: {
    readonly version: string;
    readonly fetchedAt: string;
    readonly file: Uint8Array;
  }): Promise<StoredVersion> {
    return this.#database.transaction(async (transaction) => {
      // Two that add the same at once, after a lock was lost: the second confirms what the first added.
      await transaction.query('lock table advisories_version in share row exclusive mode');
      const [confirmed] = await transaction.query<VersionRow>(
        `update advisories_version set fetched_at = greatest(fetched_at, $2)
         where id = (select max(id) from advisories_version) and version = $1 returning ${COLUMNS}`,
        [added.version, added.fetchedAt],
      );
      if (confirmed) return versionOf(confirmed);
      const [row] = await transaction.query<VersionRow>(
        `insert into advisories_version (version, fetched_at) values ($1, $2) returning ${COLUMNS}`,
        [added.version, added.fetchedAt],
      );
      for (const [place, bytes] of chunksOf(added.file).entries()) {
        await transaction.query('insert into advisories_chunk (version, place, bytes) values ($1, $2, $3)', [
          row!.id,
          place,
          bytes,
        ]);
      }
      return versionOf(row!);
    });
  }

  /** The feed was read again and says what the latest version says. */
  async confirm(fetchedAt: string): Promise<void> {
    await this.#database.query(
      `update advisories_version set fetched_at = greatest(fetched_at, $1)
       where id = (select max(id) from advisories_version)`,
      [fetchedAt],
    );
  }

  /** Removes all but the newest `keep` (at least one stays); the number of those removed. */
  async prune(keep: number): Promise<number> {
    const removed = await this.#database.query(
      `delete from advisories_version
       where id not in (select id from advisories_version order by id desc limit $1) returning id`,
      [Math.max(1, keep)],
    );
    return removed.length;
  }

  /** Nothing happens when there is none of that ref. */
  async delete(ref: string): Promise<void> {
    if (!UUID.test(ref)) return;
    await this.#database.query('delete from advisories_version where ref = $1', [ref]);
  }
}

function versionOf(row: VersionRow): StoredVersion {
  return {
    id: row.id,
    ref: row.ref,
    version: row.version,
    fetchedAt: row.fetched_at.toISOString(),
    createdAt: row.created_at.toISOString(),
  };
}
