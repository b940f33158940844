// The directory at the end of a zip archive, which says where every file lies.
import { ZipError } from './zip-error.ts';

export interface ZipEntry {
  readonly name: string;
  /** 0: as it is, 8: deflate. */
  readonly method: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  /** Of the header that stands before its data. */
  readonly offset: number;
}

/** Reads as many bytes as asked for, or throws. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>;

const END = Buffer.from('PK\x05\x06', 'latin1');
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const LOCATOR_SIGNATURE = 0x07064b50;
const LOCATOR_BYTES = 20;
const END_64_BYTES = 56;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;

/** A hundred bytes an entry: OSV's largest archive has a directory of some thirty megabytes. */
const MAX_DIRECTORY_BYTES = 512 * 1024 * 1024;

const UNKNOWN_32 = 0xffff_ffff;
const ZIP64_EXTRA = 1;

/**
 * Layout: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3.12 to 4.3.16, zip64 included.
 * @throws ZipError
 */
export async function readZipDirectory(readAt: ReadAt, sizeBytes: number): Promise<ZipEntry[]> {
  const { offset, length } = await findDirectory(readAt, sizeBytes);
  if (length > MAX_DIRECTORY_BYTES) {
    throw new ZipError('TOO_LARGE', `its directory has ${length} bytes, the limit is ${MAX_DIRECTORY_BYTES}`);
  }
  if (offset + length > sizeBytes)
    throw new ZipError('DAMAGED', 'its directory lies behind its end: it is cut off');
  const directory = await readAt(offset, length);
  const entries: ZipEntry[] = [];
  for (let at = 0; at < directory.length; ) {
    if (at + ENTRY_BYTES > directory.length || directory.readUInt32LE(at) !== ENTRY_SIGNATURE) {
      throw new ZipError('DAMAGED', `its directory is damaged at byte ${offset + at}`);
    }
    const nameBytes = directory.readUInt16LE(at + 28);
    const extraBytes = directory.readUInt16LE(at + 30);
    const end = at + ENTRY_BYTES + nameBytes + extraBytes + directory.readUInt16LE(at + 32);
    if (end > directory.length)
      throw new ZipError('DAMAGED', `its directory is damaged at byte ${offset + at}`);
    const extra = directory.subarray(at + ENTRY_BYTES + nameBytes, at + ENTRY_BYTES + nameBytes + extraBytes);
    entries.push({
      name: directory.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes),
      method: directory.readUInt16LE(at + 10),
      ...largeNumbers(extra, {
        sizeBytes: directory.readUInt32LE(at + 24),
        packedBytes: directory.readUInt32LE(at + 20),
        offset: directory.readUInt32LE(at + 42),
      }),
    });
    at = end;
  }
  return entries;
}

interface Range {
  readonly offset: number;
  readonly length: number;
}

async function findDirectory(readAt: ReadAt, sizeBytes: number): Promise<Range> {
  const tailBytes = Math.min(sizeBytes, END_BYTES + MAX_COMMENT_BYTES + LOCATOR_BYTES);
  const tail = await readAt(sizeBytes - tailBytes, tailBytes);
  const end = findEnd(tail);
  if (end < 0) {
    throw new ZipError('NOT_ZIP', 'it does not end as a zip archive does: it is cut off, or something else');
  }
  const locator = end - LOCATOR_BYTES;
  if (locator >= 0 && tail.readUInt32LE(locator) === LOCATOR_SIGNATURE) {
    const at = Number(tail.readBigUInt64LE(locator + 8));
    if (at + END_64_BYTES > sizeBytes)
      throw new ZipError('DAMAGED', 'its directory lies behind its end: it is cut off');
    const record = await readAt(at, END_64_BYTES);
    return { offset: Number(record.readBigUInt64LE(48)), length: Number(record.readBigUInt64LE(40)) };
  }
  return { offset: tail.readUInt32LE(end + 16), length: tail.readUInt32LE(end + 12) };
}

/** The comment behind it may hold anything, so its length must be right. */
function findEnd(tail: Buffer): number {
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    const isSigned = tail.compare(END, 0, END.length, at, at + END.length) === 0;
    if (isSigned && at + END_BYTES + tail.readUInt16LE(at + 20) === tail.length) return at;
  }
  return -1;
}

type Numbers = Pick<ZipEntry, 'sizeBytes' | 'packedBytes' | 'offset'>;

/** Numbers that do not fit 32 bits stand in an extra field, in the order of the directory, those alone. */
function largeNumbers(extra: Buffer, stated: Numbers): Numbers {
  if (!Object.values(stated).includes(UNKNOWN_32)) return stated;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== ZIP64_EXTRA) continue;
    let next = at + 4;
    const resolve = (value: number): number => {
      if (value !== UNKNOWN_32 || next + 8 > extra.length) return value;
      next += 8;
      return Number(extra.readBigUInt64LE(next - 8));
    };
    const sizeBytes = resolve(stated.sizeBytes);
    const packedBytes = resolve(stated.packedBytes);
    return { sizeBytes, packedBytes, offset: resolve(stated.offset) };
  }
  return stated;
}
