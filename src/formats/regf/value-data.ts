// The data of registry values as text, numbers and lists.
import type { RegistryData } from '../../model/registry.ts';
import type { HiveValue } from './hive-value.ts';

const REG_SZ = 1;
const REG_EXPAND_SZ = 2;
const REG_DWORD = 4;
const REG_DWORD_BIG_ENDIAN = 5;
const REG_LINK = 6;
const REG_MULTI_SZ = 7;
const REG_QWORD = 11;

/**
 * Texts as strings, 32-bit numbers as numbers, lists as lists; 64-bit numbers as decimal text, which JSON
 * keeps exact; all other types, and numbers of the wrong length, as base64.
 * @throws HiveError when the data cannot be read.
 */
export function decodeValue(value: HiveValue): RegistryData {
  const { type, data } = value;
  if (type === REG_SZ || type === REG_EXPAND_SZ || type === REG_LINK) return decodeText(data);
  if (type === REG_MULTI_SZ) return decodeTexts(data);
  if (type === REG_DWORD && data.length === 4) return data.readUInt32LE();
  if (type === REG_DWORD_BIG_ENDIAN && data.length === 4) return data.readUInt32BE();
  if (type === REG_QWORD && data.length === 8) return data.readBigUInt64LE().toString();
  return data.toString('base64');
}

/** Up to the first NUL, which may be missing; an odd last byte is no character. */
function decodeText(data: Buffer): string {
  const text = data.toString('utf16le');
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

/** Each ends with NUL, the list with an empty one; both may be missing. */
function decodeTexts(data: Buffer): string[] {
  const texts = data.toString('utf16le').split('\0');
  while (texts.at(-1) === '') texts.pop();
  return texts;
}
