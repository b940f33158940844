// Headers as readers that are not ours understand them.
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { extract, type Header } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { readTar } from '../../../test/builders/read-tar.ts';
import { type TarMember, tarEnd, tarHeader, tarPadding } from './tar-header.ts';

/** What tar-stream makes of one member and its end. */
async function read(member: TarMember): Promise<Header> {
  const extraction = extract();
  extraction.end(Buffer.concat([tarHeader(member), tarEnd()]));
  for await (const entry of extraction) {
    entry.resume();
    return entry.header;
  }
  throw new Error('no member');
}

/** Characters that NTFS allows, the odd ones more often; not those that tar-stream reads as a folder. */
const names = fc
  .array(
    fc.oneof(fc.constantFrom('a', '/', 'é', '漢', '😀', '\n', ' ', '='), fc.string({ unit: 'grapheme' })),
    {
      minLength: 1,
      maxLength: 300,
    },
  )
  .map((parts) => `x${parts.join('')}y`)
  .filter((name) => !name.includes('\0'));

describe('tarHeader', () => {
  test('is whole blocks, whatever the names', () => {
    fc.assert(
      fc.property(names, names, (path, linkPath) => {
        expect(tarHeader({ path, type: 'symlink', sizeBytes: 0, linkPath }).length % 512).toBe(0);
      }),
    );
  });

  test('gives any name back, in tar-stream as in our parser', async () => {
    await fc.assert(
      fc.asyncProperty(names, names, async (path, linkPath) => {
        const member: TarMember = { path, type: 'hardlink', sizeBytes: 0, linkPath };
        expect(await read(member)).toMatchObject({ name: path, linkname: linkPath, type: 'link' });
        expect(readTar(Buffer.concat([tarHeader(member), tarEnd()]))).toMatchObject([
          { path, linkPath, type: 'hardlink' },
        ]);
      }),
    );
  });

  test.each([99, 100, 101, 255, 256, 4000])('a path of %i bytes', async (length) => {
    const path = 'p'.repeat(length);
    expect((await read({ path, type: 'file', sizeBytes: 0 })).name).toBe(path);
  });

  // The record's length counts its own digits: those around which the number of digits changes.
  test.each([88, 89, 90, 91, 92, 987, 988, 989, 990, 991])('a record for %i bytes', async (length) => {
    const path = 'é'.repeat(Math.floor(length / 2)) + 'e'.repeat(length % 2);
    expect((await read({ path, type: 'file', sizeBytes: 0 })).name).toBe(path);
  });

  test.each([0, 1, 8 * 1024 ** 3 - 1, 8 * 1024 ** 3, Number.MAX_SAFE_INTEGER])('%i bytes', (sizeBytes) => {
    // tar lists the member, then finds that its content is not there.
    const { stdout } = spawnSync('tar', ['-tv', '--utc'], {
      input: tarHeader({ path: 'f', type: 'file', sizeBytes }),
      encoding: 'utf8',
    });
    expect(stdout).toMatch(new RegExp(` ${sizeBytes} 1970-01-01 00:00 f\\n`));
  });
});

test('padding fills a block', () => {
  for (const [sizeBytes, padding] of [
    [0, 0],
    [1, 511],
    [511, 1],
    [512, 0],
    [513, 511],
    [8 * 1024 ** 3 + 1, 511],
  ] as const) {
    expect(tarPadding(sizeBytes)).toEqual(Buffer.alloc(padding));
  }
});
