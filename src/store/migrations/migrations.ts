// The steps of the schema, in their order; a new one is a new file and a line at the end.
import { manifestsMigration } from './0001-manifests.ts';
import { advisoriesMigration } from './0002-advisories.ts';
import { notificationsMigration } from './0003-notifications.ts';
import type { Migration } from './migration.ts';

export const MIGRATIONS: readonly Migration[] = [
  manifestsMigration,
  advisoriesMigration,
  notificationsMigration,
];
