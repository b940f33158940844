// Decompresses a small document that is already in memory.
import { CompressionError } from './compression-error.ts';
import { decompress } from './decompress.ts';

export interface DecompressBytesOptions {
  /** Largest accepted size of the decompressed document, in bytes. */
  maxBytes: number;
  /** Name of the document (path, address) for error messages. */
  where?: string;
}

/**
 * The decompressed content of `bytes`: gzip and zstd are recognised by their magic bytes, anything else is
 * returned as it is. Throws CompressionError `TRUNCATED`, `CORRUPT`, `RATIO` or `TOO_LARGE`.
 */
export async function decompressBytes(bytes: Uint8Array, options: DecompressBytesOptions): Promise<Buffer> {
  const where = options.where ?? 'the document';
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of decompress(once(bytes))) {
      sizeBytes += chunk.length;
      if (sizeBytes > options.maxBytes) {
        throw new CompressionError(
          'TOO_LARGE',
          `it is larger than ${options.maxBytes} bytes when decompressed`,
        );
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (!(error instanceof CompressionError)) throw error;
    throw new CompressionError(error.code, `${where}: ${error.message}`, { cause: error });
  }
  return Buffer.concat(chunks, sizeBytes);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
