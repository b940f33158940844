// Tells how a stream is compressed by its first bytes; file names and media types lie too often to be asked.

export type Compression = 'gzip' | 'zstd' | 'none';

/** Bytes that `detectCompression` wants to see; it accepts fewer when the stream is shorter. */
export const MAGIC_LENGTH = 4;

/**
 * Compression of a stream that starts with `head`: gzip (RFC 1952), zstd (RFC 8878; a skippable frame may come
 * first, as pzstd and zstd:chunked write it), otherwise `none`.
 */
export function detectCompression(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.length < MAGIC_LENGTH) return 'none';
  const magic = (head[0]! | (head[1]! << 8) | (head[2]! << 16) | (head[3]! << 24)) >>> 0;
  if (magic === 0xfd2fb528) return 'zstd';
  if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) return 'zstd';
  return 'none';
}
