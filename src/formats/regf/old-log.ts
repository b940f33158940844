// Transaction logs up to Windows 8: one bitmap of changed 512-byte pages, then the pages.
import { BASE_BLOCK_BYTES, HEADER_BYTES, readBaseBlock } from './base-block.ts';
import type { Recovered } from './recover-hive.ts';

const SIGNATURE = 'DIRT';
const PAGE_BYTES = 512;

/**
 * The hive with the log applied, or `undefined` when the log does not belong to this state of the hive or is
 * cut off. `hive` is left as it is.
 */
export function applyOldLog(hive: Buffer, log: Buffer): Recovered | undefined {
  const header = readBaseBlock(log);
  const bitmapAt = HEADER_BYTES + SIGNATURE.length;
  const pages = header.binsBytes / PAGE_BYTES;
  if (!header.checksumValid || header.primarySequence !== header.secondarySequence) return undefined;
  if (log.toString('latin1', HEADER_BYTES, bitmapAt) !== SIGNATURE) return undefined;
  if (bitmapAt + pages / 8 > log.length) return undefined;
  // New bins come whole in the log: a hive that grows by more than the log holds is none.
  if (BASE_BLOCK_BYTES + header.binsBytes > hive.length + log.length) return undefined;
  const own = readBaseBlock(hive);
  if (own.checksumValid && own.primarySequence !== header.primarySequence) return undefined;

  const bytes = Buffer.alloc(Math.max(hive.length, BASE_BLOCK_BYTES + header.binsBytes));
  hive.copy(bytes);
  log.copy(bytes, 0, 0, HEADER_BYTES);
  bytes.writeUInt32LE(0, 28); // the copy in the log says that it is a log
  let from = Math.ceil((bitmapAt + pages / 8) / PAGE_BYTES) * PAGE_BYTES;
  for (let page = 0; page < pages; page++) {
    if (((log[bitmapAt + (page >> 3)] ?? 0) & (1 << (page & 7))) === 0) continue;
    if (from + PAGE_BYTES > log.length) return undefined;
    log.copy(bytes, BASE_BLOCK_BYTES + page * PAGE_BYTES, from, from + PAGE_BYTES);
    from += PAGE_BYTES;
  }
  return { bytes, sequence: header.primarySequence };
}
