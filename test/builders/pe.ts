// Writes small PE files for tests: headers, a .text section and a .rsrc section with version resources.
import { buildVersionResource, type VersionSpec } from './version-resource.ts';

/** Parts of the resource section: the tables, the data entries, an icon, and the version resources. */
export type ResourcePart = 'tables' | 'entries' | 'icon' | 'versions';

export interface PeSpec {
  /** Default 0x8664. */
  machine?: number;
  /** Default: PE32 for the 32-bit machines, else PE32+. */
  format?: 'pe32' | 'pe32+';
  /** Whether to state a CLR header; default false. */
  managed?: boolean;
  /** Resources of type RT_VERSION, one for each language. None: there is no resource directory at all. */
  versions?: readonly VersionSpec[];
  /** Replaces the content of the version resources. */
  versionBytes?: Buffer;
  /** Identifier of the version resources; default 1. */
  versionId?: number;
  /** In which order the parts lie, entries somewhere behind tables; default tables, entries, icon, versions. */
  layout?: readonly ResourcePart[];
  /** Size of the icon that accompanies the version; default 64. */
  iconBytes?: number;
  /** Size of .text; default 512. */
  textBytes?: number;
  /** Size of the DOS stub with its header; default 128. */
  stubBytes?: number;
}

const FILE_ALIGNMENT = 0x200;
const SECTION_ALIGNMENT = 0x1000;
const FILE_HEADER_BYTES = 24;
const SECTION_HEADER_BYTES = 40;
const MACHINES_32_BIT = [0x14c, 0x1c4];

const TYPE_ICON = 3;
const TYPE_VERSION = 16;
const TABLE_BYTES = 16;
const ENTRY_BYTES = 8;
const DATA_ENTRY_BYTES = 16;
const IS_TABLE = 0x8000_0000;
const NEUTRAL = 0;
const US_ENGLISH = 0x0409;

/** A PE file as a linker would lay it out. */
export function buildPe(spec: PeSpec = {}): Buffer {
  const machine = spec.machine ?? 0x8664;
  const isPlus = (spec.format ?? (MACHINES_32_BIT.includes(machine) ? 'pe32' : 'pe32+')) === 'pe32+';
  const hasResources = spec.versions !== undefined || spec.versionBytes !== undefined;
  const stubBytes = spec.stubBytes ?? 128;
  const optionalHeaderBytes = (isPlus ? 112 : 96) + 16 * 8;
  const sectionTable = stubBytes + FILE_HEADER_BYTES + optionalHeaderBytes;
  const sectionCount = hasResources ? 2 : 1;

  const text = Buffer.alloc(spec.textBytes ?? 512, 0xcc);
  const textRva = SECTION_ALIGNMENT;
  const textOffset = alignUp(sectionTable + sectionCount * SECTION_HEADER_BYTES, FILE_ALIGNMENT);
  const resourceRva = textRva + alignUp(text.length, SECTION_ALIGNMENT);
  const resourceOffset = textOffset + alignUp(text.length, FILE_ALIGNMENT);
  const resources = hasResources
    ? buildResources(spec, resourceRva)
    : { section: Buffer.alloc(0), rootRva: 0 };

  const file = Buffer.alloc(resourceOffset + alignUp(resources.section.length, FILE_ALIGNMENT));
  file.write('MZ', 0, 'latin1');
  file.writeUInt32LE(stubBytes, 0x3c);
  file.write('PE\0\0', stubBytes, 'latin1');
  file.writeUInt16LE(machine, stubBytes + 4);
  file.writeUInt16LE(sectionCount, stubBytes + 6);
  file.writeUInt16LE(optionalHeaderBytes, stubBytes + 20);

  const optionalHeader = stubBytes + FILE_HEADER_BYTES;
  const directories = optionalHeader + (isPlus ? 112 : 96);
  file.writeUInt16LE(isPlus ? 0x20b : 0x10b, optionalHeader);
  file.writeUInt32LE(SECTION_ALIGNMENT, optionalHeader + 32);
  file.writeUInt32LE(FILE_ALIGNMENT, optionalHeader + 36);
  file.writeUInt32LE(16, directories - 4);
  file.writeUInt32LE(resources.rootRva, directories + 2 * 8);
  file.writeUInt32LE(resources.section.length, directories + 2 * 8 + 4);
  file.writeUInt32LE(spec.managed ? textRva : 0, directories + 14 * 8);
  file.writeUInt32LE(spec.managed ? 72 : 0, directories + 14 * 8 + 4);

  writeSection(file, sectionTable, '.text', text, textRva, textOffset);
  if (hasResources) {
    writeSection(
      file,
      sectionTable + SECTION_HEADER_BYTES,
      '.rsrc',
      resources.section,
      resourceRva,
      resourceOffset,
    );
  }
  return file;
}

function buildResources(spec: PeSpec, sectionRva: number): { section: Buffer; rootRva: number } {
  const versions = spec.versions ?? [{}];
  const icon = Buffer.alloc(spec.iconBytes ?? 64, 0x49);
  const contents = versions.map((version) => spec.versionBytes ?? buildVersionResource(version));
  const sizes: Record<ResourcePart, number> = {
    tables: 5 * TABLE_BYTES + (5 + versions.length) * ENTRY_BYTES,
    entries: (1 + versions.length) * DATA_ENTRY_BYTES,
    icon: alignUp(icon.length, 4),
    versions: contents.reduce((sum, content) => sum + alignUp(content.length, 4), 0),
  };

  const starts: Record<ResourcePart, number> = { tables: 0, entries: 0, icon: 0, versions: 0 };
  let sectionBytes = 0;
  for (const part of spec.layout ?? (['tables', 'entries', 'icon', 'versions'] as const)) {
    starts[part] = sectionBytes;
    sectionBytes += sizes[part];
  }

  const section = Buffer.alloc(sectionBytes);
  writeTables(section, starts, spec);
  icon.copy(section, starts.icon);
  writeDataEntry(section, starts.entries, sectionRva + starts.icon, icon.length);
  let at = starts.versions;
  for (const [index, content] of contents.entries()) {
    content.copy(section, at);
    const entry = starts.entries + (index + 1) * DATA_ENTRY_BYTES;
    writeDataEntry(section, entry, sectionRva + at, content.length);
    at += alignUp(content.length, 4);
  }
  return { section, rootRva: sectionRva + starts.tables };
}

/** Type → name → language: an icon with the neutral language, then the versions. Offsets count from the root. */
function writeTables(section: Buffer, starts: Record<ResourcePart, number>, spec: PeSpec): void {
  const root = starts.tables;
  const languages = (spec.versions ?? [{}]).map(({ language }) => language ?? US_ENGLISH);
  const iconNames = TABLE_BYTES + 2 * ENTRY_BYTES;
  const iconLanguages = iconNames + TABLE_BYTES + ENTRY_BYTES;
  const versionNames = iconLanguages + TABLE_BYTES + ENTRY_BYTES;
  const versionLanguages = versionNames + TABLE_BYTES + ENTRY_BYTES;
  const entries = starts.entries - root;

  writeTable(section, root, 0, [
    [TYPE_ICON, IS_TABLE + iconNames],
    [TYPE_VERSION, IS_TABLE + versionNames],
  ]);
  writeTable(section, root, iconNames, [[1, IS_TABLE + iconLanguages]]);
  writeTable(section, root, iconLanguages, [[NEUTRAL, entries]]);
  writeTable(section, root, versionNames, [[spec.versionId ?? 1, IS_TABLE + versionLanguages]]);
  const versionEntries = languages.map(
    (language, index) => [language, entries + (index + 1) * DATA_ENTRY_BYTES] as const,
  );
  writeTable(section, root, versionLanguages, versionEntries);
}

function writeTable(
  section: Buffer,
  root: number,
  at: number,
  entries: readonly (readonly [number, number])[],
): void {
  section.writeUInt16LE(entries.length, root + at + 14);
  for (const [index, [id, target]] of entries.entries()) {
    section.writeUInt32LE(id, root + at + TABLE_BYTES + index * ENTRY_BYTES);
    section.writeUInt32LE(target, root + at + TABLE_BYTES + index * ENTRY_BYTES + 4);
  }
}

function writeDataEntry(section: Buffer, at: number, rva: number, sizeBytes: number): void {
  section.writeUInt32LE(rva, at);
  section.writeUInt32LE(sizeBytes, at + 4);
}

function writeSection(
  file: Buffer,
  at: number,
  name: string,
  content: Buffer,
  rva: number,
  offset: number,
): void {
  file.write(name, at, 'latin1');
  file.writeUInt32LE(content.length, at + 8);
  file.writeUInt32LE(rva, at + 12);
  file.writeUInt32LE(alignUp(content.length, FILE_ALIGNMENT), at + 16);
  file.writeUInt32LE(offset, at + 20);
  content.copy(file, offset);
}

function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}
