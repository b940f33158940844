// The section table of a PE file: which bytes of the file stand behind an address in memory.

export const SECTION_HEADER_BYTES = 40;
const VIRTUAL_SIZE = 8;
const VIRTUAL_ADDRESS = 12;
const RAW_SIZE = 16;
const RAW_OFFSET = 20;

const PAGE_BYTES = 0x1000;
const SECTOR_BYTES = 0x200;

/** The part of a section that comes from the file; what is zero-filled behind it does not count. */
export interface Section {
  rva: number;
  offset: number;
  sizeBytes: number;
}

export interface FileRange {
  offset: number;
  sizeBytes: number;
}

/** Reads as many section headers as `table` holds. `fileAlignment` is the optional header's. */
export function readSections(table: Buffer, fileAlignment: number): Section[] {
  const sections: Section[] = [];
  for (let at = 0; at + SECTION_HEADER_BYTES <= table.length; at += SECTION_HEADER_BYTES) {
    const rawOffset = table.readUInt32LE(at + RAW_OFFSET);
    const rawSize = table.readUInt32LE(at + RAW_SIZE);
    const virtualSize = table.readUInt32LE(at + VIRTUAL_SIZE);
    sections.push({
      rva: table.readUInt32LE(at + VIRTUAL_ADDRESS),
      // The Windows loader rounds down to whole sectors, and packers write offsets that rely on it.
      offset: fileAlignment < SECTOR_BYTES ? rawOffset : rawOffset - (rawOffset % SECTOR_BYTES),
      sizeBytes: virtualSize === 0 ? rawSize : Math.min(rawSize, wholePages(virtualSize)),
    });
  }
  return sections;
}

/** The bytes of the file from address `rva` to the end of its section; the first section wins where two overlap. */
export function locate(sections: readonly Section[], rva: number): FileRange | undefined {
  for (const section of sections) {
    const distance = rva - section.rva;
    if (distance >= 0 && distance < section.sizeBytes) {
      return { offset: section.offset + distance, sizeBytes: section.sizeBytes - distance };
    }
  }
  return undefined;
}

function wholePages(sizeBytes: number): number {
  return Math.ceil(sizeBytes / PAGE_BYTES) * PAGE_BYTES;
}
