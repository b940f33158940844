// Archives as they stream by, whole and damaged.
import { strToU8 } from 'fflate';
import { expect, test } from 'vitest';
import { buildOsvArchive, buildOsvRecord } from '../../../test/builders/osv.ts';
import { AdvisoriesError } from '../advisories-error.ts';
import { readOsvArchive } from './osv-archive.ts';

const RECORDS = Array.from({ length: 50 }, (_, index) => buildOsvRecord(`GHSA-${index}`, `package-${index}`));

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Uint8Array, size = 1000): Promise<unknown[]> {
  const records: unknown[] = [];
  const count = await readOsvArchive(inChunks(bytes, size), 'all.zip', (record) => records.push(record));
  expect(count).toBe(records.length);
  return records;
}

test.each([1, 7, 100, 1_000_000])('every record, in chunks of %i bytes', async (size) => {
  expect(await read(buildOsvArchive(RECORDS), size)).toEqual(RECORDS);
});

test('files that are no records are passed over', async () => {
  expect(await read(buildOsvArchive(RECORDS.slice(0, 1), { 'README.md': strToU8('x') }))).toHaveLength(1);
  expect(await read(buildOsvArchive([]))).toEqual([]);
});

test('more entries than the old directory can count', async () => {
  const many = Array.from({ length: 65_600 }, (_, index) => ({ id: String(index) }));
  const archive = zip64(buildOsvArchive(many), many.length);
  expect(await read(archive, 1 << 20)).toHaveLength(many.length);
}, 60_000);

test('cut off anywhere it is refused, never taken as smaller', async () => {
  const archive = buildOsvArchive(RECORDS);
  for (let part = 0; part < 40; part++) {
    const cut = archive.subarray(0, Math.floor((archive.length * part) / 40));
    await expect(read(cut), `cut at ${cut.length}`).rejects.toThrow(AdvisoriesError);
  }
});

test.each([
  ['<html>not found</html>', /^all\.zip: not a zip archive; what was known before stays$/],
  [buildOsvArchive([], { 'x.json': strToU8('{"id":') }), /x\.json in it is no JSON/],
])('%#: what it is instead is said', async (content, says) => {
  await expect(read(Buffer.from(content))).rejects.toThrow(says);
});

/** What archivers write for more than 65,534 entries: the count in a record of its own before the last. */
function zip64(archive: Uint8Array, entries: number): Uint8Array {
  const end = Buffer.from(archive.subarray(archive.length - 22));
  const record = Buffer.alloc(56);
  record.write('PK\x06\x06', 0, 'latin1');
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(entries), 24);
  record.writeBigUInt64LE(BigInt(entries), 32);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 0, 'latin1');
  end.writeUInt16LE(0xffff, 8);
  end.writeUInt16LE(0xffff, 10);
  return Buffer.concat([archive.subarray(0, archive.length - 22), record, locator, end]);
}
