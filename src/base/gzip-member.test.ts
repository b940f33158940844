// What pieces make is one gzip member that every reader understands, whatever the pieces are.
import { execFileSync } from 'node:child_process';
import { crc32, gunzipSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32Combine } from './crc32-combine.ts';
import { gzipMember, gzipPiece, joinPieces } from './gzip-member.ts';

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.nat(70_000).map((length) => new Uint8Array(length).fill(length)),
);

test('checksums are combined as zlib computes them of the whole', () => {
  fc.assert(
    fc.property(anyBytes, anyBytes, (a, b) => {
      expect(crc32Combine(crc32(a), crc32(b), b.length)).toBe(crc32(Buffer.concat([a, b])));
    }),
  );
});

test('lengths beyond 32 bits', () => {
  // n zero bytes after x, in steps that each fit.
  let stepwise = 0x1234_5678;
  const zeros = crc32(Buffer.alloc(2 ** 20));
  for (let step = 0; step < 2 ** 13; step++) stepwise = crc32Combine(stepwise, zeros, 2 ** 20);
  let allZeros = 0;
  for (let step = 0; step < 2 ** 13; step++) allZeros = crc32Combine(allZeros, zeros, 2 ** 20);
  expect(crc32Combine(0x1234_5678, allZeros, 2 ** 33)).toBe(stepwise);
});

test('pieces of all sizes make one member', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyBytes, { maxLength: 8 }), async (parts) => {
      const pieces = await Promise.all(parts.map(gzipPiece));
      const gzip = Buffer.concat(gzipMember(pieces));
      const plain = Buffer.concat(parts);
      expect(gunzipSync(gzip).equals(plain)).toBe(true);
      expect(Buffer.concat(gzipMember([joinPieces(pieces)])).equals(gzip)).toBe(true);
      // gunzipSync reads on after a first member; a reader of one alone must get all of it.
      expect(inflateRawSync(gzip.subarray(10)).equals(plain)).toBe(true);
      expect(gzip.readUInt32LE(gzip.length - 4)).toBe(plain.length);
    }),
    { numRuns: 50 },
  );
});

test('gzip itself agrees', async () => {
  const parts = ['{"a":', JSON.stringify('x'.repeat(5000)), '}'].map((text) => Buffer.from(text));
  const gzip = Buffer.concat(gzipMember(await Promise.all(parts.map(gzipPiece))));
  expect(execFileSync('gzip', ['-dc'], { input: gzip }).equals(Buffer.concat(parts))).toBe(true);
  expect(gzip.length).toBeLessThan(200);
});

test('a piece can stand in several members, and several times in one', async () => {
  const piece = await gzipPiece(Buffer.from('shared '.repeat(100)));
  expect(gunzipSync(Buffer.concat(gzipMember([piece, piece]))).toString()).toBe('shared '.repeat(200));
});
