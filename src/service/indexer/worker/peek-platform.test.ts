// A look at the first bytes of a layer, which are then read on.
import { describe, expect, test } from 'vitest';
import { compress } from '../../../../test/builders/compress.ts';
import { buildTar, directory, file, type TarEntrySpec, whiteout } from '../../../../test/builders/tar.ts';
import { peekPlatform } from './peek-platform.ts';
import { ReplayedBytes } from './replayed-bytes.ts';

/** Counts what is asked of it, as a download would be. */
function download(bytes: Buffer, chunkBytes = 700) {
  const seen = { given: 0, closed: 0, opened: 0 };
  async function* chunks(): AsyncGenerator<Uint8Array> {
    seen.opened++;
    try {
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        seen.given = Math.min(at + chunkBytes, bytes.length);
        yield bytes.subarray(at, at + chunkBytes);
      }
    } finally {
      seen.closed++;
    }
  }
  return { seen, stored: new ReplayedBytes(chunks()) };
}

const many = (count: number, name: string) =>
  Array.from({ length: count }, (_, n) => file(`${name}/${n}`, 'x'));

describe('the first names tell', () => {
  test.each<[string, readonly TarEntrySpec[], string]>([
    ['Windows', [directory('Files'), file('Files/a')], 'windows'],
    ['Windows, in the spelling of some tools', [file('./hives/Software_Delta')], 'windows'],
    ['a layer that only removes', [whiteout('Files/a')], 'windows'],
    ['the utility VM', [file('UtilityVM/Files/a')], 'windows'],
    ['some other names first', [...many(10, 'odd'), file('Files/a')], 'windows'],
    ['Linux', [directory('bin'), file('bin/sh')], 'other'],
    ['names that begin alike', [file('Files.txt'), file('FilesX/a')], 'other'],
    ['a layer whose root alone is named', [directory('./')], 'empty'],
    ['nothing', [], 'empty'],
    ['too many other names first', [...many(100, 'bin'), file('Files/a')], 'other'],
    ['a large file first', [file('bin/sh', Buffer.alloc(3_000_000, 'x')), file('Files/a')], 'other'],
  ])('%s', async (_name, entries, platform) => {
    for (const compression of ['none', 'gzip', 'zstd'] as const) {
      const { stored } = download(compress(buildTar(entries), compression));
      expect(await peekPlatform(stored.look())).toBe(platform);
    }
  });

  test('what is no archive is left to whoever reads it whole', async () => {
    expect(await peekPlatform(download(Buffer.alloc(5000, 'text')).stored.look())).toBe('unreadable');
    const cut = compress(buildTar([file('bin/sh', Buffer.alloc(9000, 'x'))]), 'none').subarray(0, 3000);
    expect(await peekPlatform(download(cut).stored.look())).toBe('unreadable');
  });

  test('that the download fails is no property of the layer', async () => {
    const failing = new ReplayedBytes(
      (async function* (): AsyncGenerator<Uint8Array> {
        yield buildTar([file('bin/sh', 'x')]).subarray(0, 600);
        throw new Error('the line was cut');
      })(),
    );
    await expect(peekPlatform(failing.look())).rejects.toThrow('the line was cut');
    await expect(failing.rest().next()).resolves.toMatchObject({ done: false });
  });
});

describe('a download that was looked at', () => {
  const tar = buildTar([file('Files/a', Buffer.alloc(500_000, 'abc'))]);

  test.each(['none', 'gzip'] as const)(
    'is read on from its start, in one request (%s)',
    async (compression) => {
      const blob = compress(tar, compression);
      const { seen, stored } = download(blob, 100);
      expect(await peekPlatform(stored.look())).toBe('windows');
      const read: Uint8Array[] = [];
      for await (const chunk of stored.rest()) read.push(chunk);
      expect(Buffer.concat(read).equals(blob)).toBe(true);
      expect(seen).toEqual({ opened: 1, given: blob.length, closed: 1 });
    },
  );

  test('is not read further than it must be, and ends when nobody reads on', async () => {
    const { seen, stored } = download(tar, 1000);
    expect(await peekPlatform(stored.look())).toBe('windows');
    expect(seen.given).toBeLessThan(20_000);
    await stored.close();
    expect(seen.closed).toBe(1);
  });

  test('begins before anybody reads', async () => {
    const { seen, stored } = download(tar);
    stored.begin();
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toMatchObject({ opened: 1, given: 700 });
    expect(await peekPlatform(stored.look())).toBe('windows');
  });
});
