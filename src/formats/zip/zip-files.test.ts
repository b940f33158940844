// Archives of an independent writer, read whole; and damaged ones.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import { ZipError } from './zip-error.ts';
import { zipFiles } from './zip-files.ts';

const FILES = {
  'a.json': strToU8('{"a":1}'.repeat(100)),
  'folder/ä.json': strToU8('stored as it is'),
  'empty.json': strToU8(''),
  'left out.txt': strToU8('x'),
};
const ARCHIVE = zipSync({ ...FILES, 'folder/ä.json': [FILES['folder/ä.json'], { level: 0 }] });

async function read(archive: Uint8Array, maxBytes = 1000): Promise<Record<string, string>> {
  const path = join(temporaryDirectory(), 'archive.zip');
  writeFileSync(path, archive);
  const found: Record<string, string> = {};
  for await (const { name, bytes } of zipFiles(path, (each) => each.endsWith('.json'), maxBytes)) {
    found[name] = bytes.toString('utf8');
  }
  return found;
}

test('packed, stored and empty files; those that are not wanted are left', async () => {
  const { 'left out.txt': _, ...wanted } = FILES;
  const expected = Object.entries(wanted).map(([name, bytes]) => [name, Buffer.from(bytes).toString('utf8')]);
  expect(await read(ARCHIVE)).toEqual(Object.fromEntries(expected));
});

test('a comment at the end, even one that looks like the end', async () => {
  const comment = Buffer.from('PK\x05\x06 is how archives end', 'latin1');
  const commented = Buffer.concat([ARCHIVE, comment]);
  commented.writeUInt16LE(comment.length, ARCHIVE.length - 2);
  expect(Object.keys(await read(commented))).toHaveLength(3);
});

test('one file over the limit is refused before it is unpacked', async () => {
  await expect(read(ARCHIVE, 699)).rejects.toThrow('a.json in it has 700 bytes, the limit is 699');
});

describe('damage', () => {
  test('what is cut off is never taken as smaller', async () => {
    for (let length = 0; length < ARCHIVE.length; length++) {
      await expect(read(ARCHIVE.subarray(0, length)), `${length} bytes`).rejects.toThrow(ZipError);
    }
  });

  test('any byte changed gives files or a ZipError', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(ARCHIVE.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const bytes = Uint8Array.from(ARCHIVE);
        bytes[at]! ^= flip;
        try {
          expect(Object.keys(await read(bytes)).length).toBeLessThanOrEqual(4);
        } catch (error) {
          expect(error).toBeInstanceOf(ZipError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
