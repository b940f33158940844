// OSV records and archives for tests.
import { strToU8, type Zippable, zipSync } from 'fflate';

export type OsvRecord = Readonly<Record<string, unknown>>;

export function buildOsvRecord(id: string, name: string, over: OsvRecord = {}, ecosystem = 'npm'): OsvRecord {
  return {
    schema_version: '1.6.0',
    id,
    modified: '2026-01-01T00:00:00Z',
    published: '2025-06-01T12:00:00Z',
    summary: `${name} has a flaw`,
    affected: [
      {
        package: { ecosystem, name },
        ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.0.1' }] }],
      },
    ],
    ...over,
  };
}

export function buildOsvArchive(records: readonly OsvRecord[], more: Zippable = {}): Uint8Array {
  const files = records.map((record) => [`${String(record.id)}.json`, strToU8(JSON.stringify(record))]);
  return zipSync({ ...Object.fromEntries(files), ...more });
}
