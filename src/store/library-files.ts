// Library advisories in the store: large files, kept once however many versions name them.

import { chunksOf } from './chunks.ts';
import type { Database } from './database.ts';

/** Files are named by their content, so one of a name is never written twice. */
export class LibraryFiles {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async has(name: string): Promise<boolean> {
    return (await this.#database.query('select from library_file where name = $1', [name])).length > 0;
  }

  /** One statement a piece: a transaction would keep PGlite's only session for as long as it takes. */
  async write(name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    // Of a write that was killed.
    await this.#database.query('delete from library_chunk where file = $1', [name]);
    let place = 0;
    for await (const piece of content) {
      for (const bytes of chunksOf(piece)) {
        await this.#database.query('insert into library_chunk (file, place, bytes) values ($1, $2, $3)', [
          name,
          place++,
          bytes,
        ]);
      }
    }
    await this.#database.query('insert into library_file (name) values ($1) on conflict do nothing', [name]);
  }

  /** Ends early when the file is removed meanwhile. */
  async *read(name: string): AsyncGenerator<Buffer> {
    for (let place = 0; ; place++) {
      const [row] = await this.#database.query<{ bytes: Buffer }>(
        'select bytes from library_chunk where file = $1 and place = $2',
        [name, place],
      );
      if (!row) return;
      yield row.bytes;
    }
  }

  /** JSON of the LibraryState that belongs to a version of the advisories. */
  async stateOf(version: number): Promise<string | undefined> {
    const [row] = await this.#database.query<{ state: string }>(
      'select state from version_libraries where version = $1',
      [version],
    );
    return row?.state;
  }

  async assign(version: number, state: string, files: readonly string[]): Promise<void> {
    await this.#database.query(
      `insert into version_libraries (version, state, files) values ($1, $2, $3)
       on conflict (version) do update set state = excluded.state, files = excluded.files`,
      [version, state, files],
    );
  }

  /** Removes files that no version names, and what was left of writes that were killed. Not while one is written. */
  async prune(): Promise<void> {
    await this.#database.query(
      'delete from library_file where name not in (select unnest(files) from version_libraries)',
    );
    await this.#database.query(
      'delete from library_chunk where not exists (select from library_file where name = file)',
    );
  }
}
