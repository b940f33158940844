// Reads parts of an open file.
import type { FileHandle } from 'node:fs/promises';
import { fileFailure, ImageError } from './image-error.ts';

/** Large reads keep decompression fed; each chunk is fresh memory, since it is queued there. */
const CHUNK_SIZE = 1024 * 1024;

export interface FileRange {
  readonly handle: FileHandle;
  /** For messages. */
  readonly path: string;
  readonly start: number;
  readonly sizeBytes: number;
}

/** The bytes of a range, in chunks of 1 MiB. Throws ImageError `UNREADABLE`; the abort reason passes through. */
export async function* streamRange(range: FileRange, signal?: AbortSignal): AsyncGenerator<Buffer> {
  for (let done = 0; done < range.sizeBytes; ) {
    signal?.throwIfAborted();
    const chunk = await readAt(range, done, Math.min(CHUNK_SIZE, range.sizeBytes - done));
    done += chunk.length;
    yield chunk;
  }
}

/** The whole of a range; the caller has seen to its size. Throws ImageError `UNREADABLE`. */
export async function readRange(range: FileRange): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of streamRange(range)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function readAt({ handle, path, start }: FileRange, done: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  const { bytesRead } = await handle.read(buffer, 0, length, start + done).catch((error: unknown) => {
    throw fileFailure(path, error);
  });
  if (bytesRead === 0) throw new ImageError('UNREADABLE', `${path} became shorter while it was read`);
  return buffer.subarray(0, bytesRead);
}
