// The first 4096 bytes of a hive, of which a transaction log repeats the first 512.
import { HiveError } from './hive-error.ts';

/** Hive bins, and so all relative offsets, start here. */
export const BASE_BLOCK_BYTES = 4096;
/** The part that the checksum covers, and that logs begin with. */
export const HEADER_BYTES = 512;

const CHECKSUM_AT = 508;
const LAYERED_FLAG = 0x2;

/** https://github.com/msuhanov/regf/blob/master/Windows%20registry%20file%20format%20specification.md */
export interface BaseBlock {
  readonly primarySequence: number;
  readonly secondarySequence: number;
  readonly version: { readonly major: number; readonly minor: number };
  /** 0: a hive; 1, 2: a log of the old format; 6: a log of the new one. */
  readonly fileType: number;
  /** Relative to the bins. */
  readonly rootOffset: number;
  readonly binsBytes: number;
  /** The hive changes another one below it. */
  readonly layered: boolean;
  readonly checksumValid: boolean;
}

/** @throws HiveError NOT_A_HIVE, TRUNCATED */
export function readBaseBlock(bytes: Buffer): BaseBlock {
  if (bytes.toString('latin1', 0, 4) !== 'regf') throw new HiveError('NOT_A_HIVE', 'no "regf" signature', 0);
  if (bytes.length < HEADER_BYTES)
    throw new HiveError('TRUNCATED', 'the file ends in its header', bytes.length);
  const minor = bytes.readUInt32LE(24);
  return {
    primarySequence: bytes.readUInt32LE(4),
    secondarySequence: bytes.readUInt32LE(8),
    version: { major: bytes.readUInt32LE(20), minor },
    fileType: bytes.readUInt32LE(28),
    rootOffset: bytes.readUInt32LE(36),
    binsBytes: bytes.readUInt32LE(40),
    layered: minor >= 6 && (bytes.readUInt32LE(144) & LAYERED_FLAG) !== 0,
    checksumValid: headerChecksum(bytes) === bytes.readUInt32LE(CHECKSUM_AT),
  };
}

/** XOR of all words before the checksum; 0 and -1 are avoided. */
export function headerChecksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < CHECKSUM_AT; at += 4) sum ^= bytes.readUInt32LE(at);
  sum >>>= 0;
  if (sum === 0xffffffff) return 0xfffffffe;
  return sum === 0 ? 1 : sum;
}
