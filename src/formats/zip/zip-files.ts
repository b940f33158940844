// The files of a zip archive on disk, one after the other, whole.
import { type FileHandle, open } from 'node:fs/promises';
import { inflateRawSync } from 'node:zlib';
import { readZipDirectory, type ZipEntry } from './zip-directory.ts';
import { ZipError } from './zip-error.ts';

export interface ZipFile {
  readonly name: string;
  readonly bytes: Buffer;
}

const HEADER_SIGNATURE = 0x04034b50;
const HEADER_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;

/** Small files lie close together: one read serves thousands of them. */
const WINDOW_BYTES = 4 * 1024 * 1024;

/**
 * In the order in which they lie. `maxBytes` is the limit of one file, unpacked.
 * @throws ZipError for a damaged archive; what the file system says when it cannot be read.
 */
export async function* zipFiles(
  path: string,
  isWanted: (name: string) => boolean,
  maxBytes: number,
): AsyncGenerator<ZipFile> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const window = new Window(file, size);
    const entries = await readZipDirectory((offset, length) => window.read(offset, length), size);
    for (const entry of entries.filter(({ name }) => isWanted(name)).sort((a, b) => a.offset - b.offset)) {
      yield { name: entry.name, bytes: unpack(entry, await readPacked(window, entry, maxBytes), maxBytes) };
    }
  } finally {
    await file.close();
  }
}

async function readPacked(window: Window, entry: ZipEntry, maxBytes: number): Promise<Buffer> {
  if (entry.sizeBytes > maxBytes || entry.packedBytes > maxBytes) {
    throw new ZipError(
      'TOO_LARGE',
      `${entry.name} in it has ${entry.sizeBytes} bytes, the limit is ${maxBytes}`,
    );
  }
  const header = await window.read(entry.offset, HEADER_BYTES);
  if (header.readUInt32LE(0) !== HEADER_SIGNATURE)
    throw damaged(entry, 'does not lie where the directory says');
  const start = entry.offset + HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  return window.read(start, entry.packedBytes);
}

function unpack(entry: ZipEntry, packed: Buffer, maxBytes: number): Buffer {
  if (entry.method === STORED) return packed;
  if (entry.method !== DEFLATED) throw damaged(entry, `is packed in an unknown way (${entry.method})`);
  try {
    return inflateRawSync(packed, { maxOutputLength: maxBytes });
  } catch (error) {
    throw damaged(entry, `cannot be unpacked: ${(error as Error).message}`);
  }
}

function damaged(entry: ZipEntry, what: string): ZipError {
  return new ZipError('DAMAGED', `${entry.name} in it ${what}`);
}

/** Reads ahead; what it returns is valid until the next read. */
class Window {
  readonly #file: FileHandle;
  readonly #sizeBytes: number;
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;

  constructor(file: FileHandle, sizeBytes: number) {
    this.#file = file;
    this.#sizeBytes = sizeBytes;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const at = offset - this.#start;
    if (at >= 0 && at + length <= this.#bytes.length) return this.#bytes.subarray(at, at + length);
    if (offset < 0 || offset + length > this.#sizeBytes) throw new ZipError('DAMAGED', 'it is cut off');
    const wanted = Math.min(Math.max(length, WINDOW_BYTES), this.#sizeBytes - offset);
    const bytes = Buffer.allocUnsafe(wanted);
    let filled = 0;
    while (filled < wanted) {
      const { bytesRead } = await this.#file.read(bytes, filled, wanted - filled, offset + filled);
      if (bytesRead === 0) throw new ZipError('DAMAGED', 'it was cut off while it was read');
      filled += bytesRead;
    }
    this.#bytes = bytes;
    this.#start = offset;
    return bytes.subarray(0, length);
  }
}
