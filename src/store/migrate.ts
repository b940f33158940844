// Brings the schema to what this version needs: forwards only, one process at a time, all or nothing.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Queryable } from './database.ts';
import type { Migration } from './migrations/migration.ts';
import { MIGRATIONS } from './migrations/migrations.ts';
import { StoreError } from './store-error.ts';

export interface MigrateOptions {
  /** Whether steps that are missing may be taken. */
  readonly migrations: boolean;
  /** For tests of what an older or a newer version does. */
  readonly steps?: readonly Migration[];
}

interface AppliedStep {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

/** How often is asked whether another replica has finished. */
const PAUSE_MS = 200;

/**
 * The names of the steps taken. Throws StoreError SCHEMA when the schema is newer than this version, was changed by
 * hand, or is older and `migrations` are off.
 */
export async function migrate(
  database: Database,
  { migrations, steps = MIGRATIONS }: MigrateOptions,
): Promise<string[]> {
  const pending = missing(steps, await applied(database));
  if (pending.length === 0) return [];
  if (!migrations) {
    const message = `the database lacks ${pending.length} of the ${steps.length} steps of the schema; set "migrations: true", or start once with it`;
    throw new StoreError('SCHEMA', message);
  }
  // Not by a lock within the transaction: a session learns of new tables when a transaction begins, so one that had waited
  // for the lock since would not see those of whoever had it.
  for (;;) {
    const taken = await database.tryLock('migrations', () =>
      database.transaction((transaction) => takeSteps(transaction, steps)),
    );
    if (taken) return taken;
    await sleep(PAUSE_MS);
  }
}

async function takeSteps(transaction: Queryable, steps: readonly Migration[]): Promise<string[]> {
  // An index over a million rows takes longer than any statement of the service may.
  await transaction.query('set local statement_timeout = 0');
  const left = missing(steps, await applied(transaction));
  if (left.length > 0) await ensureTable(transaction);
  for (const step of left) {
    for (const statement of step.statements) await transaction.query(statement);
    await transaction.query('insert into schema_step (number, name, checksum) values ($1, $2, $3)', [
      step.number,
      step.name,
      checksumOf(step),
    ]);
  }
  return left.map((step) => step.name);
}

async function applied(queryable: Queryable): Promise<AppliedStep[]> {
  const [table] = await queryable.query<{ there: boolean }>(
    `select to_regclass('clearstory.schema_step') is not null as there`,
  );
  if (!table?.there) return [];
  return queryable.query<AppliedStep>('select number, name, checksum from schema_step order by number');
}

/** A schema of our own: the connection string may be that of a Clair's database, whose tables have the same names. */
async function ensureTable(transaction: Queryable): Promise<void> {
  const [schema] = await transaction.query<{ there: boolean }>(
    `select to_regnamespace('clearstory') is not null as there`,
  );
  // "if not exists" would need the right to create it even where it does exist.
  if (!schema?.there) await transaction.query('create schema clearstory');
  await transaction.query(
    `create table if not exists schema_step (
      number integer primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`,
  );
}

function missing(steps: readonly Migration[], done: readonly AppliedStep[]): readonly Migration[] {
  if (done.length > steps.length) {
    const message = `the schema of the database is at step ${done.length}, this version knows ${steps.length}; run the version that made it, or a newer one`;
    throw new StoreError('SCHEMA', message);
  }
  for (const [index, { name, checksum }] of done.entries()) {
    const step = steps[index]!;
    if (step.name === name && checksumOf(step) === checksum) continue;
    const message = `step ${index + 1} of the schema of the database ("${name}") is not the one of this version ("${step.name}"); the database was made by another program or an unreleased version, use an empty one`;
    throw new StoreError('SCHEMA', message);
  }
  return steps.slice(done.length);
}

function checksumOf(step: Migration): string {
  // Indentation is no change.
  const text = step.statements.map((statement) => statement.replace(/\s+/g, ' ')).join(';');
  return createHash('sha256').update(text).digest('hex');
}
