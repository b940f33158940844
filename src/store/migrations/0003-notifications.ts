// What the notifier keeps: which change was told last, what is to be told of it, and who has heard it.
import type { Migration } from './migration.ts';

/**
 * A change may affect a million manifests, so that a manifest is one narrow row which names its changed subjects;
 * what is said of them stands once for the whole set, and pages are put together when they are asked for.
 */
export const notificationsMigration: Migration = {
  number: 3,
  name: 'notifications',
  statements: [
    // One row. No reference to the version: versions are pruned, and this must outlive them.
    `create table notification_mark (
      one boolean primary key default true check (one),
      version integer not null,
      processed_at timestamptz not null default now()
    )`,
    `create table notification_set (
      seq integer generated always as identity primary key,
      id uuid not null unique default gen_random_uuid(),
      from_version integer not null,
      to_version integer not null,
      summary boolean not null,
      status text not null default 'draft'
        check (status in ('draft', 'created', 'delivery_failed', 'delivered', 'deleted', 'going')),
      notifications bigint not null default 0,
      created_at timestamptz not null default now(),
      attempts integer not null default 0,
      due_at timestamptz not null default now(),
      delivered_at timestamptz,
      deleted_at timestamptz
    )`,
    `create index notification_set_waiting on notification_set (seq)
      where status in ('created', 'delivery_failed')`,
    // JSON as it is sent.
    `create table notification_body (
      set_seq integer not null,
      number integer not null,
      body text not null,
      primary key (set_seq, number)
    )`,
    `create table notification_change (
      set_seq integer not null,
      subject integer not null,
      position integer not null,
      added boolean not null,
      severity smallint not null,
      body integer not null,
      primary key (set_seq, subject, position)
    )`,
    // Only while a set is drafted: images that have changed subjects.
    `create table notification_image (
      set_seq integer not null,
      image integer not null,
      primary key (set_seq, image)
    )`,
    // first: the number that its first notification has in the set; they are numbered from 1 without gaps.
    `create table notification_manifest (
      set_seq integer not null,
      first bigint not null,
      manifest bytea not null,
      subjects integer[] not null,
      primary key (set_seq, first)
    )`,
  ],
};
