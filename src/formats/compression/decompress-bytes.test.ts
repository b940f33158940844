import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { zstdFrame } from '../../../test/builders/zstd.ts';
import { CompressionError } from './compression-error.ts';
import { decompressBytes } from './decompress-bytes.ts';

const DOCUMENT = Buffer.from('<a>Grüße</a>'.repeat(1000));

describe('decompressBytes', () => {
  test.each([
    ['plain', DOCUMENT],
    ['gzip', gzipSync(DOCUMENT)],
    ['zstd', zstdFrame(DOCUMENT)],
  ])('returns the content of a %s document', async (_name, bytes) => {
    expect(await decompressBytes(bytes, { maxBytes: DOCUMENT.length })).toEqual(DOCUMENT);
  });

  test.each([
    ['plain', DOCUMENT],
    ['gzip', gzipSync(DOCUMENT)],
    ['zstd', zstdFrame(DOCUMENT)],
  ])('refuses a %s document over the limit and names it', async (_name, bytes) => {
    const attempt = decompressBytes(bytes, { maxBytes: DOCUMENT.length - 1, where: '2024-Jan.xml' });
    await expect(attempt).rejects.toThrow(CompressionError);
    await expect(attempt).rejects.toMatchObject({
      code: 'TOO_LARGE',
      message: expect.stringMatching(/^2024-Jan\.xml: /),
    });
  });

  test('says which document is damaged', async () => {
    const attempt = decompressBytes(gzipSync(DOCUMENT).subarray(0, 40), { maxBytes: 1e6, where: 'feed.gz' });
    await expect(attempt).rejects.toMatchObject({
      code: 'TRUNCATED',
      message: expect.stringMatching(/^feed\.gz: /),
    });
  });

  test('accepts the empty document', async () => {
    expect(await decompressBytes(new Uint8Array(), { maxBytes: 0 })).toEqual(Buffer.alloc(0));
  });
});
