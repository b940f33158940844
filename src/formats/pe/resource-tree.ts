// Finds the version resource in the resource directory of a PE file.
import { need, type Reading } from './byte-request.ts';
import { PeError } from './pe-error.ts';
import { preferLanguage } from './preferred-language.ts';

const RT_VERSION = 16;
const VS_VERSION_INFO = 1;

const TABLE_HEADER_BYTES = 16;
const NAMED_ENTRIES = 12;
const ID_ENTRIES = 14;
const ENTRY_BYTES = 8;
const DATA_ENTRY_BYTES = 16;
const IS_TABLE = 0x8000_0000;

/**
 * How far behind the root a table may lie. All bytes from the root on are kept until the last table is read, because
 * the data may come before its table (.NET's apphost writer does that); no more than 16 MiB, though tables seldom
 * reach 4 KiB and whole resource sections seldom this size.
 */
const MAX_TREE_BYTES = 16 * 1024 * 1024;

export interface ResourceData {
  rva: number;
  sizeBytes: number;
}

interface TableEntry {
  /** An identifier, or a number above 2^31 when the entry has a name. */
  id: number;
  /** Offset from the root; the top bit tells a table from data. */
  target: number;
}

/**
 * Where the version resource is in memory, or `undefined` when there is none; `root` is the offset of the resource
 * directory in the file. The tree has three levels by definition, type, name and language, and exactly these
 * are descended, so a cycle does no harm. Throws PeError.
 */
export function* findVersionResource(root: number): Reading<ResourceData | undefined> {
  const types = yield* readTable(root, 0);
  const type = types.find(({ id }) => id === RT_VERSION);
  if (type === undefined) return undefined;

  const names = yield* readTable(root, tableAt(type));
  // GetFileVersionInfo asks for identifier 1; a lone other one still is what the file says of itself.
  const name = names.find(({ id }) => id === VS_VERSION_INFO) ?? names[0];
  const languages = name === undefined ? [] : yield* readTable(root, tableAt(name));
  const language = preferLanguage(languages, ({ id }) => id);
  if (language === undefined)
    throw new PeError('CORRUPT', 'the version resource has a table without entries');
  return yield* readDataEntry(root, language);
}

function* readTable(root: number, at: number): Reading<TableEntry[]> {
  const header = yield* needInTree(root, at, TABLE_HEADER_BYTES);
  const count = header.readUInt16LE(NAMED_ENTRIES) + header.readUInt16LE(ID_ENTRIES);

  const table = yield* needInTree(root, at, TABLE_HEADER_BYTES + count * ENTRY_BYTES);
  const entries: TableEntry[] = [];
  for (let entry = TABLE_HEADER_BYTES; entry < table.length; entry += ENTRY_BYTES) {
    entries.push({ id: table.readUInt32LE(entry), target: table.readUInt32LE(entry + 4) });
  }
  return entries;
}

function* readDataEntry(root: number, { target }: TableEntry): Reading<ResourceData> {
  if (target >= IS_TABLE) throw new PeError('CORRUPT', 'the resource directory has more than three levels');
  const bytes = yield* needInTree(root, target, DATA_ENTRY_BYTES);
  return { rva: bytes.readUInt32LE(0), sizeBytes: bytes.readUInt32LE(4) };
}

function tableAt({ target }: TableEntry): number {
  if (target < IS_TABLE) throw new PeError('CORRUPT', 'the resource directory has less than three levels');
  return target - IS_TABLE;
}

function needInTree(root: number, at: number, lengthBytes: number): Reading<Buffer> {
  if (at + lengthBytes <= MAX_TREE_BYTES) return need('resource directory', root + at, lengthBytes, root);
  throw new PeError(
    'TOO_LARGE',
    `the resource directory at byte ${root} reaches ${at + lengthBytes} bytes far, the limit is ${MAX_TREE_BYTES}`,
  );
}
