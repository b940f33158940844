// One gzip member out of pieces that were compressed on their own, so that shared parts of bodies are compressed once.
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';
import { crc32Combine } from './crc32-combine.ts';

/** Part of a deflate stream that looks back at nothing before it, ends on a byte and does not end the stream. */
export interface GzipPiece {
  readonly deflated: Uint8Array;
  readonly crc: number;
  /** Uncompressed. */
  readonly bytes: number;
}

/** RFC 1952: deflate, no name, no time, unknown system; equal content gives equal bytes. */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);
/** An empty last block (RFC 1951, 3.2.6). */
const LAST_BLOCK = Uint8Array.of(3, 0);
const TRAILER_BYTES = 8;

/**
 * Below it, compressing saves less than it costs: a quarter of a megabyte of memory and a way to another thread, for
 * every report that has the text between two of its parts.
 */
const SMALL = 512;

/** JSON that repeats itself: level 3 is within a tenth of level 6 in size, in a third of the time. */
const LEVEL = 3;

/** Of output at a time: what a piece of a quarter of a megabyte becomes, so that this thread need not ask for more. */
const CHUNK_BYTES = 64 * 1024;

const deflate = promisify(deflateRaw);

/** Compresses in another thread. */
export async function gzipPiece(content: Uint8Array): Promise<GzipPiece> {
  const checked = { crc: crc32(content), bytes: content.length };
  if (content.length < SMALL) return { ...checked, deflated: storedBlock(content) };
  const deflated = await deflate(content, {
    level: LEVEL,
    finishFlush: constants.Z_FULL_FLUSH,
    chunkSize: CHUNK_BYTES,
  });
  return { ...checked, deflated };
}

/** One piece with the content of all of them. */
export function joinPieces(pieces: readonly GzipPiece[]): GzipPiece {
  const { crc, bytes } = summed(pieces);
  return { deflated: Buffer.concat(pieces.map(({ deflated }) => deflated)), crc, bytes };
}

/** What to write, one after the other; the pieces themselves are not copied. */
export function gzipMember(pieces: readonly GzipPiece[]): Uint8Array[] {
  const { crc, bytes } = summed(pieces);
  const end = Buffer.alloc(LAST_BLOCK.length + TRAILER_BYTES);
  end.set(LAST_BLOCK);
  end.writeUInt32LE(crc, LAST_BLOCK.length);
  end.writeUInt32LE(bytes % 2 ** 32, LAST_BLOCK.length + 4);
  return [HEADER, ...pieces.map(({ deflated }) => deflated), end];
}

function summed(pieces: readonly GzipPiece[]): { crc: number; bytes: number } {
  let crc = 0;
  let bytes = 0;
  for (const piece of pieces) {
    crc = crc32Combine(crc, piece.crc, piece.bytes);
    bytes += piece.bytes;
  }
  return { crc, bytes };
}

/** RFC 1951, 3.2.4. Not longer than SMALL, so its length fits. */
function storedBlock(content: Uint8Array): Uint8Array {
  const block = Buffer.alloc(5 + content.length);
  block.writeUInt16LE(content.length, 1);
  block.writeUInt16LE(content.length ^ 0xffff, 3);
  block.set(content, 5);
  return block;
}
