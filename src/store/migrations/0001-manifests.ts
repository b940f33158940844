// The index: what was read of layers, and what images and manifests are made of.
import type { Migration } from './migration.ts';

/**
 * Written for a million manifests over a few thousand layers: a manifest is one narrow row; digests are bytes (32 of
 * them SHA-256, 64 SHA-512), layers are numbers; equal images and subjects are stored once. What is compressed already
 * is stored EXTERNAL, so that the server does not try again.
 */
export const manifestsMigration: Migration = {
  number: 1,
  name: 'manifests',
  statements: [
    `create table layer (
      id integer generated always as identity primary key,
      digest bytea not null unique,
      touched_at timestamptz not null default now()
    )`,
    // By digest and not by layer.id: layers are read before a manifest with them is stored. By reader: while replicas
    // of two versions run side by side, neither takes the other's facts away.
    `create table layer_facts (
      digest bytea not null,
      reader text not null,
      platform text check (platform in ('windows', 'other')),
      facts bytea,
      owner text,
      leased_until timestamptz,
      reads integer not null default 0,
      touched_at timestamptz not null default now(),
      primary key (digest, reader)
    )`,
    'alter table layer_facts alter column facts set storage external',
    `create table subject (
      id integer generated always as identity primary key,
      key text not null unique,
      body bytea not null,
      touched_at timestamptz not null default now()
    )`,
    'alter table subject alter column body set storage external',
    `create table image (
      id integer generated always as identity primary key,
      hash bytea not null unique,
      subjects integer[] not null
    )`,
    'create index image_subjects on image using gin (subjects)',
    // Apart from its image, whose rows stay narrow: the search for affected manifests passes over many of them.
    `create table image_body (
      image integer primary key references image on delete cascade,
      body bytea not null
    )`,
    'alter table image_body alter column body set storage external',
    `create table manifest (
      id bigint generated always as identity,
      image integer references image,
      finished boolean not null,
      kind text not null check (kind in ('windows', 'other', 'upstream')),
      digest bytea primary key,
      scanner text not null,
      err text not null,
      layers integer[] not null
    )`,
    'create index manifest_image on manifest (image, id) where image is not null',
    // request holds tokens: it goes when the job ends, and after minutes in any case.
    `create table index_job (
      digest bytea primary key,
      request text,
      owner text not null,
      leased_until timestamptz not null,
      started_at timestamptz not null default now()
    )`,
    `create table setting (
      name text primary key,
      value text not null
    )`,
  ],
};
