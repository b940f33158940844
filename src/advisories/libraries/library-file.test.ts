// The file of one ecosystem: written once, read in parts.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import type { LibraryAdvisory } from '../../model/library-advisories.ts';
import { LibraryFileBuilder, readLibraryFile } from './library-file.ts';

const advisory = (id: string): LibraryAdvisory => ({
  id,
  aliases: [],
  title: id,
  severity: 'High',
  ranges: [],
  versions: [],
});

function build(entries: readonly (readonly [name: string, id: string])[]): Buffer {
  const builder = new LibraryFileBuilder();
  for (const [name, id] of entries) builder.add(name, advisory(id));
  expect(builder.entries).toBe(entries.length);
  return builder.finish();
}

const ENTRIES = Array.from(
  { length: 5000 },
  (_, index) => [`package-${index % 4000}`, `GHSA-${index}`] as const,
);

test('gives what was put in, for the packages asked for', async () => {
  const path = join(temporaryDirectory(), 'npm.bin');
  writeFileSync(path, build(ENTRIES));
  const found = await readLibraryFile(path, ['package-7', 'package-3999', 'not there']);
  expect([...found].map(([name, advisories]) => [name, advisories.map(({ id }) => id).sort()])).toEqual(
    expect.arrayContaining([
      ['package-7', ['GHSA-4007', 'GHSA-7']],
      ['package-3999', ['GHSA-3999']],
    ]),
  );
  expect(found.size).toBe(2);
});

test('equal advisories give equal bytes, in whatever order they come', () => {
  expect(build(ENTRIES).equals(build([...ENTRIES].reverse()))).toBe(true);
});

test('damage to what is read is noticed', async () => {
  const path = join(temporaryDirectory(), 'npm.bin');
  writeFileSync(path, build([['left-pad', 'GHSA-1']]));
  const whole = readFileSync(path);
  const header = 'clearstory-libraries 1\n'.length + 2048 * 10;
  expect(whole.length).toBeGreaterThan(header);
  const corrupt = expect.objectContaining({ code: 'CORRUPT_FILE' });
  for (const length of [0, 10, header - 1, header + 5]) {
    writeFileSync(path, whole.subarray(0, length));
    await expect(readLibraryFile(path, ['left-pad']), `cut at ${length}`).rejects.toEqual(corrupt);
  }
  for (const byte of [0, 15]) {
    const damaged = Buffer.from(whole);
    damaged[byte]! ^= 1;
    writeFileSync(path, damaged);
    await expect(readLibraryFile(path, ['left-pad']), `byte ${byte}`).rejects.toEqual(corrupt);
  }
  await expect(readLibraryFile(join(path, 'missing'), [])).rejects.toEqual(corrupt);
});
