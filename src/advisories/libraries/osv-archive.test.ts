// Archives as they stream by, whole and damaged.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8 } from 'fflate';
import { expect, test } from 'vitest';
import { buildOsvArchive, buildOsvRecord } from '../../../test/builders/osv.ts';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import { AdvisoriesError } from '../advisories-error.ts';
import { readOsvArchive } from './osv-archive.ts';

const RECORDS = Array.from({ length: 50 }, (_, index) => buildOsvRecord(`GHSA-${index}`, `package-${index}`));

async function read(bytes: Uint8Array): Promise<unknown[]> {
  const path = join(temporaryDirectory(), 'all.zip');
  writeFileSync(path, bytes);
  const records: unknown[] = [];
  expect(await readOsvArchive(path, 'all.zip', (record) => records.push(record))).toBe(records.length);
  return records;
}

test('every record', async () => {
  expect(await read(buildOsvArchive(RECORDS))).toEqual(RECORDS);
});

test('files that are no records are passed over', async () => {
  expect(await read(buildOsvArchive(RECORDS.slice(0, 1), { 'README.md': strToU8('x') }))).toHaveLength(1);
  expect(await read(buildOsvArchive([]))).toEqual([]);
});

test('more entries than the old directory can count', async () => {
  const many = Array.from({ length: 65_600 }, (_, index) => ({ id: String(index) }));
  const archive = zip64(buildOsvArchive(many), many.length);
  expect(await read(archive)).toHaveLength(many.length);
}, 60_000);

test('cut off anywhere it is refused, never taken as smaller', async () => {
  const archive = buildOsvArchive(RECORDS);
  for (let part = 0; part < 40; part++) {
    const cut = archive.subarray(0, Math.floor((archive.length * part) / 40));
    await expect(read(cut), `cut at ${cut.length}`).rejects.toThrow(AdvisoriesError);
  }
});

test.each([
  [
    '<html>not found</html>',
    /^all\.zip: it does not end as a zip archive does: .*; what was known before stays$/,
  ],
  [buildOsvArchive([], { 'x.json': strToU8('{"id":') }), /x\.json in it is no JSON/],
])('%#: what it is instead is said', async (content, says) => {
  await expect(read(Buffer.from(content))).rejects.toThrow(says);
});

/** What archivers write for more than 65,534 entries: the directory's place in a record of its own, found by another. */
function zip64(archive: Uint8Array, entries: number): Uint8Array {
  const directoryEnd = archive.length - 22;
  const end = Buffer.from(archive.subarray(directoryEnd));
  const record = Buffer.alloc(56);
  record.write('PK\x06\x06', 0, 'latin1');
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(entries), 24);
  record.writeBigUInt64LE(BigInt(entries), 32);
  record.writeBigUInt64LE(BigInt(end.readUInt32LE(12)), 40);
  record.writeBigUInt64LE(BigInt(end.readUInt32LE(16)), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 0, 'latin1');
  locator.writeBigUInt64LE(BigInt(directoryEnd), 8);
  end.fill(0xff, 8, 20);
  return Buffer.concat([archive.subarray(0, directoryEnd), record, locator, end]);
}
