// Small things that all replicas have to know and that outlive them.
import type { Database } from './database.ts';

export class Settings {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async get(name: string): Promise<string | undefined> {
    const [row] = await this.#database.query<{ value: string }>('select value from setting where name = $1', [
      name,
    ]);
    return row?.value;
  }

  async set(name: string, value: string): Promise<void> {
    await this.#database.query(
      `insert into setting (name, value) values ($1, $2)
       on conflict (name) do update set value = excluded.value where setting.value <> excluded.value`,
      [name, value],
    );
  }
}
