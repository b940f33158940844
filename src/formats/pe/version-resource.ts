// Reads VS_VERSIONINFO, the content of a version resource.
import { PeError } from './pe-error.ts';
import { type PeVersion, VERSION_STRINGS } from './pe-facts.ts';
import { preferLanguage } from './preferred-language.ts';

/** Blocks state their length in 16 bits, so no version resource is longer. */
export const MAX_VERSION_RESOURCE_BYTES = 0xffff;

/** wLength, wValueLength, wType; then a key, the value and blocks within, each on a multiple of four. */
const BLOCK_HEADER_BYTES = 6;

const FIXED_INFO_SIGNATURE = Buffer.from([0xbd, 0x04, 0xef, 0xfe]);
const FIXED_INFO_BYTES = 52;
const FILE_VERSION = 8;
const PRODUCT_VERSION = 16;

/** Replaces lone surrogates, which neither UTF-8 nor a JSON column of a database could hold. */
const UTF16 = new TextDecoder('utf-16le');

const NAMES_BY_LOWER_CASE = new Map(VERSION_STRINGS.map((name) => [name.toLowerCase(), name]));

interface Block {
  key: string;
  /** Where the value stands, or the first block within when there is none. */
  bodyStart: number;
  end: number;
}

/**
 * Reads the numbers and, of the language that comes first in `preferLanguage`, the strings. Throws PeError `CORRUPT`
 * when there is no VS_FIXEDFILEINFO. The strings are what compilers and editing tools often get wrong: a damaged
 * block ends them without an error.
 * Layout: https://learn.microsoft.com/windows/win32/menuarea/vs-versioninfo
 */
export function parseVersionResource(resource: Buffer): PeVersion {
  // Searched for, not computed, because not all compilers pad the key before it alike.
  const fixedInfo = resource.indexOf(FIXED_INFO_SIGNATURE);
  const end = fixedInfo < 0 ? 0 : Math.min(resource.readUInt16LE(), resource.length);
  if (end < fixedInfo + FIXED_INFO_BYTES) {
    throw new PeError('CORRUPT', 'the version resource has no VS_FIXEDFILEINFO');
  }
  return {
    file: readVersion(resource, fixedInfo + FILE_VERSION),
    product: readVersion(resource, fixedInfo + PRODUCT_VERSION),
    strings: readStrings(resource, fixedInfo + FIXED_INFO_BYTES, end),
  };
}

function readVersion(resource: Buffer, at: number): string {
  // Two 32-bit numbers, the more significant first, each the higher half before the lower.
  const parts = [at + 2, at, at + 6, at + 4];
  return parts.map((part) => resource.readUInt16LE(part)).join('.');
}

function readStrings(resource: Buffer, start: number, end: number): Record<string, string> {
  const tables: Block[] = [];
  for (const block of blocks(resource, start, end)) {
    if (block.key === 'StringFileInfo') tables.push(...blocks(resource, block.bodyStart, block.end));
  }
  const table = preferLanguage(tables, ({ key }) => languageOf(key));
  return table === undefined ? {} : readStringTable(resource, table);
}

function readStringTable(resource: Buffer, table: Block): Record<string, string> {
  const strings: Record<string, string> = {};
  for (const { key, bodyStart, end } of blocks(resource, table.bodyStart, table.end)) {
    // Windows looks entries up without regard to case.
    const name = NAMES_BY_LOWER_CASE.get(key.toLowerCase());
    if (name === undefined || name in strings) continue;
    // Up to the NUL: wValueLength counts characters or bytes, depending on the compiler.
    const value = readText(resource, bodyStart, textEnd(resource, bodyStart, end)).trim();
    if (value !== '') strings[name] = value;
  }
  return strings;
}

/** The first four of the eight hexadecimal digits that name a table; the others are its code page. */
function languageOf(key: string): number {
  return /^[0-9a-f]{8}$/i.test(key) ? Number.parseInt(key.slice(0, 4), 16) : Number.MAX_SAFE_INTEGER;
}

/** The blocks that follow one another from `start` on; each is cut at `end`. */
function* blocks(resource: Buffer, start: number, end: number): Generator<Block> {
  let at = aligned(start);
  while (at + BLOCK_HEADER_BYTES <= end) {
    const lengthBytes = resource.readUInt16LE(at);
    if (lengthBytes < BLOCK_HEADER_BYTES) {
      // More padding than alignment asks for.
      at += 4;
      continue;
    }
    const blockEnd = Math.min(at + lengthBytes, end);
    const keyStart = at + BLOCK_HEADER_BYTES;
    const keyEnd = textEnd(resource, keyStart, blockEnd);
    yield {
      key: readText(resource, keyStart, keyEnd),
      bodyStart: aligned(keyEnd + 2),
      end: blockEnd,
    };
    at = aligned(blockEnd);
  }
}

/** Where the UTF-16 text from `start` on ends: at a NUL, or at the last whole character before `limit`. */
function textEnd(resource: Buffer, start: number, limit: number): number {
  let at = start;
  while (at + 2 <= limit && resource.readUInt16LE(at) !== 0) at += 2;
  return at;
}

function readText(resource: Buffer, start: number, end: number): string {
  return UTF16.decode(resource.subarray(start, end));
}

function aligned(offset: number): number {
  return (offset + 3) & ~3;
}
