// Opens an archive for random access, unpacking it to a private temporary file first when it is compressed.
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompressionError } from '../formats/compression/compression-error.ts';
import { decompress } from '../formats/compression/decompress.ts';
import { detectCompression, MAGIC_LENGTH } from '../formats/compression/detect-compression.ts';
import { type FileRange, streamRange } from './file-range.ts';
import { fileFailure, ImageError, notRegular } from './image-error.ts';

/** The largest Windows images unpack to about 20 GiB; three times that is room enough and still finite. */
const MAX_SPOOL_BYTES = 64 * 1024 ** 3;

/**
 * The archive at `path` as a range of uncompressed bytes; the caller closes its handle. A compressed archive has no
 * random access, and reading it from the start again for each layer would cost layers × archive, so it is
 * decompressed once. The temporary file is unlinked while open: it disappears with the process, however that ends.
 * Throws ImageError `NOT_FOUND`, `UNREADABLE`, `INVALID_ARCHIVE` or `TOO_LARGE`.
 */
export async function openArchiveFile(path: string): Promise<FileRange> {
  const archive = await openFile(path);
  try {
    const head = Buffer.alloc(MAGIC_LENGTH);
    const { bytesRead } = await archive.handle.read(head, 0, MAGIC_LENGTH, 0);
    if (detectCompression(head.subarray(0, bytesRead)) === 'none') return archive;
  } catch (error) {
    await archive.handle.close();
    throw fileFailure(path, error);
  }
  try {
    return await spoolArchive(streamRange(archive), path);
  } finally {
    await archive.handle.close();
  }
}

async function openFile(path: string): Promise<FileRange> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const stats = await handle.stat();
    if (!stats.isFile()) throw notRegular(path);
    return { handle, path, start: 0, sizeBytes: stats.size };
  } catch (error) {
    await handle?.close();
    throw error instanceof ImageError ? error : fileFailure(path, error);
  }
}

/** Keeps an archive that comes as a stream, compressed or not; `name` is for messages. Throws as `openArchiveFile` does. */
export async function spoolArchive(bytes: AsyncIterable<Buffer>, name: string): Promise<FileRange> {
  const handle = await openTemporaryFile();
  try {
    let sizeBytes = 0;
    for await (const chunk of decompress(bytes)) {
      if (sizeBytes + chunk.length > MAX_SPOOL_BYTES) {
        throw new ImageError('TOO_LARGE', `${name} unpacks to over 64 GiB; decompress it yourself first`);
      }
      await handle.writeFile(chunk).catch((error: Error) => {
        throw new ImageError('UNREADABLE', `${name} cannot be unpacked to ${tmpdir()}: ${error.message}`);
      });
      sizeBytes += chunk.length;
    }
    return { handle, path: name, start: 0, sizeBytes };
  } catch (error) {
    await handle.close();
    if (!(error instanceof CompressionError)) throw error;
    throw new ImageError('INVALID_ARCHIVE', `${name}: ${error.message}`, { cause: error });
  }
}

/** A file only this process can see: made in a directory of its own and unlinked at once. */
async function openTemporaryFile(): Promise<FileHandle> {
  try {
    const folder = await mkdtemp(join(tmpdir(), 'clearstory-'));
    try {
      return await open(join(folder, 'archive.tar'), 'wx+', 0o600);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  } catch (error) {
    throw fileFailure(tmpdir(), error);
  }
}
