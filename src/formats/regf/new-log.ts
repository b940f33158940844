// Transaction logs since Windows 8.1: a sequence of entries, each with the pages it changes and two hashes.
import { HEADER_BYTES, readBaseBlock } from './base-block.ts';
import { marvin32 } from './marvin32.ts';

const SIGNATURE = 'HvLE';
const ENTRY_HEADER_BYTES = 40;
const ENTRY_ALIGNMENT = 512;

export interface LogEntry {
  readonly sequence: number;
  /** Size of the hive bins after the entry. */
  readonly binsBytes: number;
  readonly pages: readonly { readonly offset: number; readonly bytes: Buffer }[];
}

/** The entries that are whole and follow each other without a gap, oldest first. */
export function readLogEntries(log: Buffer): LogEntry[] {
  const header = readBaseBlock(log);
  const entries: LogEntry[] = [];
  let at = HEADER_BYTES;
  for (;;) {
    const entry = readEntry(log, at);
    if (!entry) return entries;
    const previous = entries.at(-1)?.sequence;
    // The log is reused from its start: an older entry behind a newer one is a leftover.
    const expected =
      previous === undefined ? entry.sequence >= header.primarySequence : entry.sequence === previous + 1;
    if (!expected) return entries;
    entries.push(entry);
    at += log.readUInt32LE(at + 4);
  }
}

/** `undefined` at the end of the log, or where it was not written to the end. */
function readEntry(log: Buffer, at: number): LogEntry | undefined {
  if (at + ENTRY_HEADER_BYTES > log.length || log.toString('latin1', at, at + 4) !== SIGNATURE)
    return undefined;
  const size = log.readUInt32LE(at + 4);
  if (size < ENTRY_HEADER_BYTES || size % ENTRY_ALIGNMENT !== 0 || at + size > log.length) return undefined;
  const entry = log.subarray(at, at + size);
  if (marvin32(entry.subarray(ENTRY_HEADER_BYTES)) !== entry.readBigUInt64LE(24)) return undefined;
  if (marvin32(entry.subarray(0, 32)) !== entry.readBigUInt64LE(32)) return undefined;
  const count = entry.readUInt32LE(20);
  const pages: { offset: number; bytes: Buffer }[] = [];
  let from = ENTRY_HEADER_BYTES + count * 8;
  if (from > size) return undefined;
  for (let index = 0; index < count; index++) {
    const reference = ENTRY_HEADER_BYTES + index * 8;
    const length = entry.readUInt32LE(reference + 4);
    if (from + length > size) return undefined;
    pages.push({ offset: entry.readUInt32LE(reference), bytes: entry.subarray(from, from + length) });
    from += length;
  }
  return { sequence: entry.readUInt32LE(12), binsBytes: entry.readUInt32LE(16), pages };
}
