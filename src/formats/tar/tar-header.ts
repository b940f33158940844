// Reads one 512-byte tar header block: v7, ustar, star, GNU.
import { TarError } from './tar-error.ts';

export const BLOCK_SIZE = 512;

const NAME = { start: 0, end: 100 };
const SIZE = { start: 124, end: 136 };
const CHECKSUM = { start: 148, end: 156 };
const TYPE_FLAG = 156;
const LINK_NAME = { start: 157, end: 257 };
const MAGIC = { start: 257, end: 263 };
const PREFIX = { start: 345, end: 500 };
/** star keeps two timestamps behind a shorter prefix and marks that by "tar\0" at the end of the block. */
const STAR_PREFIX_END = 476;
const STAR_TRAILER = { start: 508, end: 512 };

interface Field {
  start: number;
  end: number;
}

/**
 * Whether `block` is a header (true) or the all-zero block that ends an archive (false). Throws TarError
 * `BAD_CHECKSUM` for anything else. The sum over unsigned bytes is the standard; the sum over signed bytes is what
 * some historic tars wrote.
 */
export function verifyHeader(block: Buffer, offset: number): boolean {
  let sum = 0;
  for (let index = 0; index < BLOCK_SIZE; index++) sum += block[index]!;
  if (sum === 0) return false;

  let blanked = sum + (CHECKSUM.end - CHECKSUM.start) * 0x20;
  for (let index = CHECKSUM.start; index < CHECKSUM.end; index++) blanked -= block[index]!;
  const stated = readOctal(block, CHECKSUM);
  if (stated === blanked || (stated !== undefined && stated === signedSum(block, blanked))) return true;
  throw new TarError(
    'BAD_CHECKSUM',
    offset,
    'the checksum does not match; the archive is damaged or not a tar',
  );
}

/** `blanked` less 256 for each byte outside the checksum field that is negative when read as signed. */
function signedSum(block: Buffer, blanked: number): number {
  let sum = blanked;
  for (let index = 0; index < BLOCK_SIZE; index++) {
    const isChecksum = index >= CHECKSUM.start && index < CHECKSUM.end;
    if (!isChecksum && block[index]! > 0x7f) sum -= 0x100;
  }
  return sum;
}

/** The type flag as a character; '\0' (v7) stays as it is. */
export function readTypeFlag(block: Buffer): string {
  return String.fromCharCode(block[TYPE_FLAG]!);
}

/** The name, behind the prefix where the header's format has one. */
export function readName(block: Buffer): string {
  const name = readString(block, NAME);
  // GNU and v7 headers use the bytes of the prefix for other things.
  if (block.toString('latin1', MAGIC.start, MAGIC.end) !== 'ustar\0') return name;
  const isStar = block.toString('latin1', STAR_TRAILER.start, STAR_TRAILER.end) === 'tar\0';
  const prefix = readString(block, isStar ? { start: PREFIX.start, end: STAR_PREFIX_END } : PREFIX);
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** The target of a link entry. */
export function readLinkName(block: Buffer): string {
  return readString(block, LINK_NAME);
}

/**
 * The size field in bytes: octal digits, or base-256 when its top bit is set (GNU, star). Throws TarError
 * `BAD_HEADER`, or `TOO_LARGE` above 2^53 - 1, which JavaScript cannot count.
 */
export function readSize(block: Buffer, offset: number): number {
  const size = block[SIZE.start]! & 0x80 ? readBase256(block, SIZE) : readOctal(block, SIZE);
  if (size === undefined || size < 0)
    throw new TarError('BAD_HEADER', offset, 'the size field is not a number');
  if (!Number.isSafeInteger(size)) throw new TarError('TOO_LARGE', offset, 'the size is over 2^53 - 1 bytes');
  return size;
}

/** Text up to the first NUL or the end of the field. Bytes that are not UTF-8 become U+FFFD. */
function readString(block: Buffer, { start, end }: Field): string {
  let stop = start;
  while (stop < end && block[stop] !== 0) stop++;
  return block.toString('utf8', start, stop);
}

/** Octal digits between blanks, ended by the first NUL; an empty field is zero, another character `undefined`. */
function readOctal(block: Buffer, { start, end }: Field): number | undefined {
  let index = start;
  while (index < end && isBlank(block[index]!)) index++;
  let value = 0;
  for (; index < end && !isBlank(block[index]!); index++) {
    const digit = block[index]! - 0x30;
    if (digit < 0 || digit > 7) return undefined;
    value = value * 8 + digit;
  }
  while (index < end && block[index] === 0x20) index++;
  return index === end || block[index] === 0 ? value : undefined;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0;
}

/** Big-endian two's complement with the marker bit 0x80 cleared; negative numbers come back as -1. */
function readBase256(block: Buffer, { start, end }: Field): number {
  if (block[start]! & 0x40) return -1;
  let value = block[start]! & 0x3f;
  for (let index = start + 1; index < end; index++) value = value * 256 + block[index]!;
  return value;
}
