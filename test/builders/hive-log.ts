// Writes transaction logs of hives for tests, in the format of Windows 8.1 and later and in the older one.
import { headerChecksum } from '../../src/formats/regf/base-block.ts';
import { marvin32 } from '../../src/formats/regf/marvin32.ts';

const BASE_BLOCK = 4096;
const HEADER = 512;
const PAGE = 512;

export interface LogEntrySpec {
  readonly sequence: number;
  /** The state of the hive after the entry. */
  readonly hive: Buffer;
  /** The state before it: what differs is logged. Left out: the whole hive is. */
  readonly before?: Buffer;
  /** What the entry says the bins take; left out: what they take. */
  readonly binsBytes?: number;
}

/** `header` is a hive whose base block the log repeats; its sequence numbers become that of the first entry. */
export function buildNewLog(
  header: Buffer,
  entries: readonly LogEntrySpec[],
  firstSequence: number = entries[0]?.sequence ?? 1,
): Buffer {
  const parts = [logHeader(header, 6, firstSequence)];
  for (const entry of entries) parts.push(logEntry(entry));
  return Buffer.concat(parts);
}

/** One state of a hive: what differs from `before`, or all of it. */
export function buildOldLog({ sequence, hive, before }: LogEntrySpec): Buffer {
  const dirty = changedPages(hive, before);
  const bitmap = Buffer.alloc(Math.ceil((hive.length - BASE_BLOCK) / PAGE / 8));
  for (const page of dirty) bitmap[page >> 3]! |= 1 << (page & 7);
  const map = Buffer.concat([Buffer.from('DIRT', 'latin1'), bitmap]);
  return Buffer.concat([
    logHeader(hive, 1, sequence),
    padded(map),
    ...dirty.map((page) => pageOf(hive, page)),
  ]);
}

function logHeader(hive: Buffer, fileType: number, sequence: number): Buffer {
  const header = Buffer.from(hive.subarray(0, HEADER));
  header.writeUInt32LE(sequence, 4);
  header.writeUInt32LE(sequence, 8);
  header.writeUInt32LE(fileType, 28);
  header.writeUInt32LE(headerChecksum(header), HEADER - 4);
  return header;
}

function logEntry({ sequence, hive, before, binsBytes }: LogEntrySpec): Buffer {
  const pages = changedPages(hive, before);
  const references = Buffer.alloc(pages.length * 8);
  for (const [index, page] of pages.entries()) {
    references.writeUInt32LE(page * PAGE, index * 8);
    references.writeUInt32LE(PAGE, index * 8 + 4);
  }
  const head = Buffer.alloc(40);
  const entry = padded(Buffer.concat([head, references, ...pages.map((page) => pageOf(hive, page))]));
  entry.write('HvLE', 'latin1');
  entry.writeUInt32LE(entry.length, 4);
  entry.writeUInt32LE(sequence, 12);
  entry.writeUInt32LE(binsBytes ?? hive.length - BASE_BLOCK, 16);
  entry.writeUInt32LE(pages.length, 20);
  return sealEntry(entry);
}

/** Writes both hashes of a log entry. */
export function sealEntry(entry: Buffer): Buffer {
  entry.writeBigUInt64LE(marvin32(entry.subarray(40)), 24);
  entry.writeBigUInt64LE(marvin32(entry.subarray(0, 32)), 32);
  return entry;
}

/** Numbers of the pages of `hive` that differ from `before`. */
function changedPages(hive: Buffer, before: Buffer | undefined): number[] {
  const pages = Array.from({ length: (hive.length - BASE_BLOCK) / PAGE }, (_, page) => page);
  return before ? pages.filter((page) => !pageOf(hive, page).equals(pageOf(before, page))) : pages;
}

function pageOf(hive: Buffer, page: number): Buffer {
  return hive.subarray(BASE_BLOCK + page * PAGE, BASE_BLOCK + (page + 1) * PAGE);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & (PAGE - 1))]);
}
