// Reads chosen files of a zip archive that is not to be trusted.
import { inflateRawSync } from 'node:zlib';
import { DependencyFileError } from './dependency-file-error.ts';

export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  /** In the archive, and unpacked: as the archive states them. */
  readonly packedBytes: number;
  readonly sizeBytes: number;
  readonly headerOffset: number;
}

const END_SIGNATURE = Buffer.from('PK\x05\x06', 'latin1');
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
const ZIP64_LOCATOR_BYTES = 20;
const ZIP64_END_SIGNATURE = 0x06064b50;
const ZIP64_END_BYTES = 56;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const HEADER_SIGNATURE = 0x04034b50;
const HEADER_BYTES = 30;

const STORED = 0;
const DEFLATED = 8;

/**
 * Looks at one file at a time and unpacks no more of it than the archive states, so that an archive cannot take
 * more memory or time than its directory admits to. Checksums are not verified: the digest of the layer has been.
 * Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 * All methods throw DependencyFileError MALFORMED.
 */
export class ZipArchive {
  readonly #bytes: Buffer;
  readonly #directory: { readonly start: number; readonly end: number };
  /** Added to stated offsets: archives that start themselves have a program before the first file. */
  readonly #shift: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { end, size, offset } = findDirectory(this.#bytes);
    const start = end - size;
    this.#shift = start - offset;
    if (start < 0 || this.#shift < 0) throw malformed('its directory is larger than what is there');
    this.#directory = { start, end };
  }

  /** In the order of the directory. Sizes of 4 GiB and more come as 0xffffffff. */
  *entries(): Generator<ZipEntry, void, undefined> {
    const bytes = this.#bytes;
    const { start, end } = this.#directory;
    for (let at = start; at < end; ) {
      if (at + ENTRY_BYTES > end || bytes.readUInt32LE(at) !== ENTRY_SIGNATURE) {
        throw malformed(`no entry of its directory at offset ${at}`);
      }
      const nameEnd = at + ENTRY_BYTES + bytes.readUInt16LE(at + 28);
      yield {
        name: bytes.toString('utf8', at + ENTRY_BYTES, Math.min(nameEnd, end)),
        method: bytes.readUInt16LE(at + 10),
        packedBytes: bytes.readUInt32LE(at + 20),
        sizeBytes: bytes.readUInt32LE(at + 24),
        headerOffset: this.#shift + bytes.readUInt32LE(at + 42),
      };
      at = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    }
  }

  /** Holds `sizeBytes` of memory for packed entries; for stored ones none, as they share that of the archive. */
  unpack({ name, method, packedBytes, sizeBytes, headerOffset }: ZipEntry): Buffer {
    const bytes = this.#bytes;
    if (headerOffset + HEADER_BYTES > bytes.length || bytes.readUInt32LE(headerOffset) !== HEADER_SIGNATURE) {
      throw malformed(`${name} in it is not at offset ${headerOffset}`);
    }
    const nameBytes = bytes.readUInt16LE(headerOffset + 26);
    const start = headerOffset + HEADER_BYTES + nameBytes + bytes.readUInt16LE(headerOffset + 28);
    const packed = bytes.subarray(start, start + packedBytes);
    if (packed.length < packedBytes) throw malformed(`${name} in it is cut off`);
    if (method === STORED) return packed;
    if (method !== DEFLATED) throw malformed(`${name} in it is packed by unknown method ${method}`);
    if (sizeBytes === 0) return Buffer.alloc(0);
    try {
      return inflateRawSync(packed, { maxOutputLength: sizeBytes });
    } catch (error) {
      throw malformed(`${name} in it cannot be unpacked to ${sizeBytes} bytes: ${(error as Error).message}`);
    }
  }
}

/** By the record that ends the archive; only a comment may follow it. As Java does, its place tells the directory's. */
function findDirectory(bytes: Buffer): { end: number; size: number; offset: number } {
  const end = bytes.lastIndexOf(END_SIGNATURE);
  if (end < 0 || end + END_BYTES > bytes.length || end + END_BYTES + MAX_COMMENT_BYTES < bytes.length) {
    throw malformed('it does not end as a zip archive does');
  }
  const entries = bytes.readUInt16LE(end + 10);
  const size = bytes.readUInt32LE(end + 12);
  const offset = bytes.readUInt32LE(end + 16);
  const overflows = entries === 0xffff || size === 0xffffffff || offset === 0xffffffff;
  return (overflows && findLargeDirectory(bytes, end)) || { end, size, offset };
}

/** The record of zip64 before that one, where the numbers have not fitted. */
function findLargeDirectory(
  bytes: Buffer,
  before: number,
): { end: number; size: number; offset: number } | undefined {
  const locator = before - ZIP64_LOCATOR_BYTES;
  const end = locator - ZIP64_END_BYTES;
  if (end < 0 || bytes.readUInt32LE(locator) !== ZIP64_LOCATOR_SIGNATURE) return undefined;
  if (bytes.readUInt32LE(end) !== ZIP64_END_SIGNATURE)
    throw malformed('its zip64 end is not where it belongs');
  return {
    end,
    size: Number(bytes.readBigUInt64LE(end + 40)),
    offset: Number(bytes.readBigUInt64LE(end + 48)),
  };
}

function malformed(reason: string): DependencyFileError {
  return new DependencyFileError('MALFORMED', `not a zip archive, or damaged: ${reason}`);
}
