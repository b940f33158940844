import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zstdFrame, zstdSkippableFrame } from '../../../test/builders/zstd.ts';
import { CompressionError } from './compression-error.ts';
import { type DecompressOptions, decompress } from './decompress.ts';

const MIB = 1024 * 1024;
const TEXT = Buffer.from('The quick brown fox. '.repeat(20_000));

async function* chunked(bytes: Uint8Array, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function unpack(source: AsyncIterable<Uint8Array>, options?: DecompressOptions): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of decompress(source, options)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Content that does not compress to nothing, the same on every run. */
function noise(sizeBytes: number): Buffer {
  const blocks: Buffer[] = [];
  for (let index = 0; index * 32 < sizeBytes; index++) {
    blocks.push(createHash('sha256').update(String(index)).digest());
  }
  return Buffer.concat(blocks).subarray(0, sizeBytes);
}

function systemZstd(args: string[], input: Buffer): Buffer | undefined {
  try {
    return execFileSync('zstd', [...args, '-c'], {
      input,
      maxBuffer: 256 * MIB,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

describe('decompress: what it recognises', () => {
  test.each<[string, Buffer, Buffer]>([
    ['plain bytes', TEXT, TEXT],
    ['nothing at all', Buffer.alloc(0), Buffer.alloc(0)],
    ['fewer bytes than a magic number', Buffer.from('ab'), Buffer.from('ab')],
    ['gzip', gzipSync(TEXT), TEXT],
    ['gzip of several members', Buffer.concat([gzipSync('one '), gzipSync('two')]), Buffer.from('one two')],
    ['gzip of nothing', gzipSync(''), Buffer.alloc(0)],
    ['zstd', zstdFrame(TEXT), TEXT],
    [
      'zstd of several frames',
      Buffer.concat([zstdFrame(TEXT), zstdFrame(TEXT)]),
      Buffer.concat([TEXT, TEXT]),
    ],
    [
      'zstd after a skippable frame',
      Buffer.concat([zstdSkippableFrame(Buffer.from('toc')), zstdFrame(TEXT)]),
      TEXT,
    ],
    [
      'zstd around skippable and empty frames',
      Buffer.concat([
        zstdFrame(TEXT),
        zstdSkippableFrame(Buffer.alloc(0)),
        zstdFrame(Buffer.alloc(0)),
        zstdFrame(Buffer.from('end')),
        zstdSkippableFrame(Buffer.from('manifest')),
      ]),
      Buffer.concat([TEXT, Buffer.from('end')]),
    ],
  ])('%s', async (_name, packed, content) => {
    expect((await unpack(chunked(packed))).equals(content)).toBe(true);
    expect((await unpack(chunked(packed, packed.length || 1))).equals(content)).toBe(true);
  });
});

test("decompress: output that overflows the zstd decoder's buffer at the end is not lost", async () => {
  // The eleventh block crosses the decoder's output buffer of 1 MiB after all input is used up.
  const content = Buffer.alloc(1_100_000, 'a');
  const packed = zstdFrame(content, { blockSize: 100_000 });
  expect((await unpack(chunked(packed))).equals(content)).toBe(true);
});

describe('decompress: zstd made by the zstd command', () => {
  const content = Buffer.concat([noise(3 * MIB), TEXT, Buffer.alloc(2 * MIB), noise(3 * MIB)]);

  test.each([[['-3']], [['-19']], [['--long=27']], [['-1', '--no-check']]])('zstd %j', async (options) => {
    const packed = systemZstd(options, content);
    if (packed === undefined) return console.warn('skipped: no zstd command on this machine');
    expect((await unpack(chunked(packed))).equals(content)).toBe(true);
  });

  test('a damaged byte is noticed by the frame checksum', async () => {
    const packed = systemZstd(['-3'], content);
    if (packed === undefined) return console.warn('skipped: no zstd command on this machine');
    const damaged = Buffer.from(packed);
    damaged[damaged.length >> 1]! ^= 0x10;
    await expect(unpack(chunked(damaged))).rejects.toMatchObject({ code: 'CORRUPT' });
  });
});

describe('decompress: what it refuses', () => {
  test.each([
    ['gzip', gzipSync(noise(MIB))],
    ['zstd', zstdFrame(noise(MIB))],
  ])('%s cut anywhere is TRUNCATED', async (_name, packed) => {
    for (const length of [6, 11, 1000, packed.length - 3, packed.length - 1]) {
      await expect(unpack(chunked(packed.subarray(0, length)))).rejects.toMatchObject({ code: 'TRUNCATED' });
    }
  });

  test('damaged gzip is CORRUPT', async () => {
    const packed = gzipSync(noise(MIB));
    packed[packed.length - 6]! ^= 1; // CRC-32
    await expect(unpack(chunked(packed))).rejects.toMatchObject({ code: 'CORRUPT' });
  });

  test('zstd followed by something else is CORRUPT', async () => {
    const packed = Buffer.concat([zstdFrame(TEXT), Buffer.from('no frame')]);
    await expect(unpack(chunked(packed))).rejects.toMatchObject({ code: 'CORRUPT' });
  });

  test('a zstd window of 128 MiB is accepted, a larger one is TOO_LARGE', async () => {
    expect((await unpack(chunked(zstdFrame(TEXT, { windowLog: 27 })))).equals(TEXT)).toBe(true);
    await expect(unpack(chunked(zstdFrame(TEXT, { windowLog: 28 })))).rejects.toMatchObject({
      code: 'TOO_LARGE',
    });
  });

  test('a decompression bomb is stopped by RATIO', async () => {
    const bomb = zstdFrame(Buffer.alloc(100 * MIB));
    let received = 0;
    const consume = async () => {
      for await (const chunk of decompress(chunked(bomb))) received += chunk.length;
    };
    await expect(consume()).rejects.toMatchObject({ code: 'RATIO' });
    expect(received).toBeLessThanOrEqual(64 * MIB);
  });

  test('the ratio can be set, and does not count below 64 MiB', async () => {
    const zeros = Buffer.alloc(70 * MIB);
    expect((await unpack(chunked(zstdFrame(zeros)), { maxRatio: 1e6 })).length).toBe(zeros.length);
    const small = zstdFrame(zeros.subarray(0, 60 * MIB));
    expect((await unpack(chunked(small))).length).toBe(60 * MIB);
    await expect(unpack(chunked(gzipSync(zeros)), { maxRatio: 100 })).rejects.toMatchObject({
      code: 'RATIO',
    });
  });
});

describe('decompress: life of the source', () => {
  const packings: [string, Buffer][] = [
    ['plain', noise(8 * MIB)],
    ['gzip', gzipSync(noise(8 * MIB), { level: 1 })],
    ['zstd', zstdFrame(noise(8 * MIB))],
  ];

  test.each(packings)('%s: an error of the source comes through as it is', async (_name, packed) => {
    const failure = new Error('cable unplugged');
    async function* failing() {
      yield* chunked(packed.subarray(0, 4 * MIB));
      throw failure;
    }
    await expect(unpack(failing())).rejects.toBe(failure);
  });

  test.each(packings)('%s: a consumer that stops early ends the source', async (_name, packed) => {
    let ended = false;
    async function* watched() {
      try {
        yield* chunked(packed, 16 * 1024);
      } finally {
        ended = true;
      }
    }
    for await (const chunk of decompress(watched())) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(ended).toBe(true);
  });

  test.each(packings)('%s: an abort stops it with the reason given', async (_name, packed) => {
    const abort = new AbortController();
    const reason = new Error('no longer wanted');
    let ended = false;
    async function* watched() {
      try {
        yield* chunked(packed, 16 * 1024);
      } finally {
        ended = true;
      }
    }
    const consume = async () => {
      for await (const _chunk of decompress(watched(), { signal: abort.signal })) abort.abort(reason);
    };
    await expect(consume()).rejects.toBe(reason);
    expect(ended).toBe(true);
  });
});

describe('decompress: properties', () => {
  const packings = fc
    .tuple(fc.uint8Array({ maxLength: 5000 }), fc.constantFrom('gzip', 'zstd', 'none'))
    .map(([content, kind]) => {
      const packed = kind === 'gzip' ? gzipSync(content) : kind === 'zstd' ? zstdFrame(content) : content;
      return { content: Buffer.from(content), packed: Buffer.from(packed), kind };
    });

  test('the way the bytes are cut does not matter', async () => {
    await fc.assert(
      fc.asyncProperty(packings, fc.array(fc.nat({ max: 700 })), async ({ content, packed, kind }, cuts) => {
        fc.pre(kind !== 'none' || !startsLikeCompressed(content));
        async function* pieces() {
          let start = 0;
          for (const length of cuts) {
            yield packed.subarray(start, start + length);
            start += length;
          }
          yield packed.subarray(start);
        }
        expect((await unpack(pieces())).equals(content)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test('damaged input throws nothing but CompressionError', async () => {
    const position = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(
        packings,
        fc.array(position, { minLength: 1, maxLength: 4 }),
        async ({ packed }, flips) => {
          for (const [index, mask] of flips) if (packed.length > 0) packed[index % packed.length]! ^= mask;
          await unpack(chunked(packed)).catch((error: unknown) =>
            expect(error).toBeInstanceOf(CompressionError),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  function startsLikeCompressed(bytes: Buffer): boolean {
    return bytes[0] === 0x1f || bytes[0] === 0x28 || (bytes[0]! & 0xf0) === 0x50;
  }
});
