// What Microsoft says, as versions that every replica loads, and the files that the next update begins with.
import type { Migration } from './migration.ts';

export const advisoriesMigration: Migration = {
  number: 2,
  name: 'advisories',
  statements: [
    `create table advisories_version (
      id integer generated always as identity primary key,
      ref uuid not null unique default gen_random_uuid(),
      version text not null,
      fetched_at timestamptz not null,
      created_at timestamptz not null default now()
    )`,
    `create table advisories_chunk (
      version integer references advisories_version on delete cascade,
      place integer,
      bytes bytea not null,
      primary key (version, place)
    )`,
    'alter table advisories_chunk alter column bytes set storage external',
    `create table feed_file (
      name text primary key,
      hash bytea not null
    )`,
    `create table feed_chunk (
      file text references feed_file on delete cascade,
      place integer,
      bytes bytea not null,
      primary key (file, place)
    )`,
    'alter table feed_chunk alter column bytes set storage external',
    // Of a library file the pieces come first and its name last: it is there when it is complete.
    `create table library_file (
      name text primary key
    )`,
    `create table library_chunk (
      file text,
      place integer,
      bytes bytea not null,
      primary key (file, place)
    )`,
    'alter table library_chunk alter column bytes set storage external',
    `create table version_libraries (
      version integer primary key references advisories_version on delete cascade,
      state text not null,
      files text[] not null
    )`,
  ],
};
