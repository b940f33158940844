// Decompresses a stream of bytes, whatever its compression, without ever holding more than a few megabytes.
import type { TransformOptions } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, type ZlibOptions } from 'node:zlib';
import { CompressionError } from './compression-error.ts';
import { detectCompression, MAGIC_LENGTH } from './detect-compression.ts';
import { ZstdDecoder } from './zstd-decoder.ts';

export interface DecompressOptions {
  signal?: AbortSignal;
  /** Largest accepted ratio of output to input bytes once the output is over 64 MiB; default 1000. */
  maxRatio?: number;
}

/**
 * deflate cannot exceed 1032:1 and image layers stay below 100:1; zstd can reach 30,000:1, which no honest layer
 * does. Up to `RATIO_FREE_BYTES` nobody is harmed and small runs of zeros may compress as well as they like.
 */
const DEFAULT_MAX_RATIO = 1000;
const RATIO_FREE_BYTES = 64 * 1024 * 1024;

/** With Node's default of 16 KiB inflate runs at 185 MB/s, with 1 MiB at 480 MB/s. */
const CHUNK_SIZE = 1024 * 1024;

/** Lets inflate, on its own thread, run ahead of the consumer by a few chunks instead of taking turns with it. */
const READ_AHEAD = 4 * CHUNK_SIZE;

// The stream options are handed on to Transform (https://nodejs.org/api/zlib.html#class-options); the types miss that.
const GUNZIP_OPTIONS: ZlibOptions & TransformOptions = {
  chunkSize: CHUNK_SIZE,
  readableHighWaterMark: READ_AHEAD,
  writableHighWaterMark: CHUNK_SIZE,
};

/**
 * Yields the decompressed bytes of `source`. Gzip (all members) and zstd (all frames) are recognised by their
 * magic bytes; anything else passes through unchanged.
 *
 * Throws CompressionError `TRUNCATED`, `CORRUPT`, `RATIO` or `TOO_LARGE`; errors of the source and the abort
 * reason of `signal` pass through. Stopping early ends the source as well.
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  options: DecompressOptions = {},
): AsyncGenerator<Buffer, void, undefined> {
  const meter = new InputMeter(source, options.signal);
  try {
    const compression = detectCompression(await meter.peek(MAGIC_LENGTH));
    if (compression === 'none') {
      yield* meter.chunks();
      return;
    }
    const maxRatio = options.maxRatio ?? DEFAULT_MAX_RATIO;
    let outputBytes = 0;
    for await (const chunk of compression === 'gzip' ? gunzip(meter) : unzstd(meter)) {
      options.signal?.throwIfAborted();
      outputBytes += chunk.length;
      if (outputBytes > RATIO_FREE_BYTES && outputBytes > meter.bytesRead * maxRatio) {
        throw new CompressionError(
          'RATIO',
          `${meter.bytesRead} compressed bytes hold over ${outputBytes} bytes, more than ${maxRatio} times as much; ` +
            'this looks like a decompression bomb',
        );
      }
      yield chunk;
    }
  } finally {
    await meter.close();
  }
}

async function* gunzip(input: InputMeter): AsyncGenerator<Buffer> {
  const inflate = createGunzip(GUNZIP_OPTIONS);
  // Fills the decompressor concurrently; a failure of the source destroys `inflate` and surfaces in its iteration.
  const feeding = pipeline(input.chunks(), inflate).catch(() => {});
  try {
    yield* inflate;
  } catch (error) {
    throw inflateError(error);
  } finally {
    inflate.destroy();
    await feeding;
  }
}

function inflateError(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'Z_BUF_ERROR') {
    return new CompressionError('TRUNCATED', 'the gzip stream ends early', { cause: error });
  }
  if (code === 'Z_DATA_ERROR' || code === 'Z_NEED_DICT' || code === 'Z_STREAM_ERROR') {
    return new CompressionError('CORRUPT', `the gzip stream is damaged (${(error as Error).message})`, {
      cause: error,
    });
  }
  return error;
}

async function* unzstd(input: InputMeter): AsyncGenerator<Buffer> {
  const decoder = await ZstdDecoder.create();
  for await (const chunk of input.chunks()) yield* decoder.decode(chunk);
  decoder.finish();
}

/** The source, once: looked at from the start, then read through, counted, and closed exactly once. */
class InputMeter {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #signal: AbortSignal | undefined;
  readonly #peeked: Uint8Array[] = [];
  bytesRead = 0;

  constructor(source: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#signal = signal;
  }

  /** The first `length` bytes, or fewer when the source is shorter; `chunks` yields them again. */
  async peek(length: number): Promise<Buffer> {
    let available = 0;
    while (available < length) {
      const chunk = await this.#next();
      if (chunk === undefined) break;
      this.#peeked.push(chunk);
      available += chunk.length;
    }
    return Buffer.concat(this.#peeked).subarray(0, length);
  }

  async *chunks(): AsyncGenerator<Buffer> {
    for (const chunk of this.#peeked.splice(0)) yield asBuffer(chunk);
    for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next())
      yield asBuffer(chunk);
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  async #next(): Promise<Uint8Array | undefined> {
    this.#signal?.throwIfAborted();
    const { done, value } = await this.#iterator.next();
    if (done) return undefined;
    this.bytesRead += value.length;
    return value;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
