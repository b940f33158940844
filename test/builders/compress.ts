// Compresses fixtures in the ways image layers come.
import { gzipSync } from 'node:zlib';
import type { Compression } from '../../src/formats/compression/detect-compression.ts';
import { zstdFrame } from './zstd.ts';

/** `content` in the form named by `compression`. */
export function compress(content: Uint8Array, compression: Compression): Buffer {
  switch (compression) {
    case 'gzip':
      return gzipSync(content, { level: 1 });
    case 'zstd':
      return zstdFrame(content);
    case 'none':
      return Buffer.from(content);
  }
}
