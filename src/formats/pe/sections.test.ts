import { describe, expect, it } from 'vitest';
import { locate, readSections, SECTION_HEADER_BYTES } from './sections.ts';

interface Header {
  rva: number;
  virtualSize: number;
  rawOffset: number;
  rawSize: number;
}

function table(...headers: Header[]): Buffer {
  return Buffer.concat(
    headers.map(({ rva, virtualSize, rawOffset, rawSize }) => {
      const header = Buffer.alloc(SECTION_HEADER_BYTES);
      header.writeUInt32LE(virtualSize, 8);
      header.writeUInt32LE(rva, 12);
      header.writeUInt32LE(rawSize, 16);
      header.writeUInt32LE(rawOffset, 20);
      return header;
    }),
  );
}

describe('locate', () => {
  const SECTION = { rva: 0x2000, virtualSize: 0x1234, rawOffset: 0x600, rawSize: 0x1400 };

  it('finds what an address maps to, up to the end of the section', () => {
    const sections = readSections(table({ ...SECTION, rva: 0x1000, rawSize: 0 }, SECTION), 0x200);
    expect(locate(sections, 0x1fff)).toBeUndefined();
    expect(locate(sections, 0x2000)).toEqual({ offset: 0x600, sizeBytes: 0x1400 });
    expect(locate(sections, 0x2010)).toEqual({ offset: 0x610, sizeBytes: 0x13f0 });
    expect(locate(sections, 0x33ff)).toEqual({ offset: 0x19ff, sizeBytes: 1 });
    expect(locate(sections, 0x3400)).toBeUndefined();
  });

  it('ends a section with the last page it has in memory, unless it states no size', () => {
    const large = { ...SECTION, rawSize: 0x5000 };
    expect(locate(readSections(table(large), 0x200), 0x2000)?.sizeBytes).toBe(0x2000);
    const unsized = { ...large, virtualSize: 0 };
    expect(locate(readSections(table(unsized), 0x200), 0x2000)?.sizeBytes).toBe(0x5000);
  });

  it('rounds offsets down to sectors, except in files aligned more finely', () => {
    const odd = table({ ...SECTION, rawOffset: 0x610 });
    expect(locate(readSections(odd, 0x200), 0x2000)?.offset).toBe(0x600);
    expect(locate(readSections(odd, 0x20), 0x2000)?.offset).toBe(0x610);
  });

  it('takes the first of overlapping sections', () => {
    const sections = readSections(table(SECTION, { ...SECTION, rawOffset: 0x4000 }), 0x200);
    expect(locate(sections, 0x2000)?.offset).toBe(0x600);
  });
});
