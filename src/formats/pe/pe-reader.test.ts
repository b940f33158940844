import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildPe, type PeSpec, type ResourcePart } from '../../../test/builders/pe.ts';
import { buildVersionResource } from '../../../test/builders/version-resource.ts';
import type { PeFacts } from './pe-facts.ts';
import { PeReader } from './pe-reader.ts';

const STRINGS = {
  CompanyName: 'Contoso',
  FileDescription: 'A thing',
  FileVersion: '10.0.17763.1697 (WinBuild.160101.0800)',
  InternalName: 'thing',
  LegalCopyright: 'not kept',
  OriginalFilename: 'THING.DLL',
  ProductName: 'Contoso® Things',
  ProductVersion: '10.0.17763.1697',
};
const { LegalCopyright: _, ...KEPT_STRINGS } = STRINGS;
const VERSION = { file: '10.0.17763.1697', product: '10.0.17763.65535', strings: STRINGS };
const FACTS: PeFacts = {
  machine: 0x8664,
  architecture: 'amd64',
  managed: false,
  version: { file: '10.0.17763.1697', product: '10.0.17763.65535', strings: KEPT_STRINGS },
};

const DEFAULT_LAYOUT: readonly ResourcePart[] = ['tables', 'entries', 'icon', 'versions'];
const LAYOUTS: readonly (readonly ResourcePart[])[] = [
  DEFAULT_LAYOUT,
  ['tables', 'versions', 'icon', 'entries'],
  ['tables', 'icon', 'entries', 'versions'],
];

/** Gives `file` in chunks of `chunkBytes` that are overwritten afterwards, as a stream's buffers may be. */
function read(file: Buffer, chunkBytes = file.length, sizeBytes?: number): PeFacts | undefined {
  const reader = new PeReader(sizeBytes);
  for (let start = 0; start < file.length; start += chunkBytes) {
    const chunk = Buffer.from(file.subarray(start, start + chunkBytes));
    reader.write(chunk);
    chunk.fill(0xee);
  }
  return reader.end();
}

function version(spec: PeSpec): PeFacts['version'] {
  const facts = read(buildPe(spec));
  expect(facts?.damaged).toBeUndefined();
  return facts?.version;
}

function patched(spec: PeSpec, patch: (file: Buffer) => void): Buffer {
  const file = buildPe(spec);
  patch(file);
  return file;
}

/** Where things stand in what buildPe writes with the default stub, in PE32+. */
const AT = {
  fileHeader: 128,
  optionalHeader: 152,
  directoryCount: 152 + 108,
  resourceDirectory: 152 + 112 + 2 * 8,
  resourceSection: 152 + 240 + 40,
  root: 0x400,
  versionType: 0x400 + 16 + 8,
  versionNames: 0x400 + 32 + 24 + 24,
  versionLanguages: 0x400 + 32 + 24 + 24 + 24,
  versionEntry: 0x400 + 5 * 16 + 6 * 8 + 16,
};

describe('architecture', () => {
  it.each([
    [0x014c, '386'],
    [0x01c4, 'arm'],
    [0x8664, 'amd64'],
    [0xaa64, 'arm64'],
    [0x0200, undefined],
  ])('of machine %i is %s', (machine, architecture) => {
    expect(read(buildPe({ machine, versions: [VERSION] }))).toEqual({ ...FACTS, machine, architecture });
  });

  it('says whether a file is managed, in both formats', () => {
    for (const format of ['pe32', 'pe32+'] as const) {
      expect(read(buildPe({ format, managed: true, versions: [VERSION] }))).toEqual({
        ...FACTS,
        managed: true,
      });
    }
  });
});

describe('version', () => {
  it('is absent without a resource directory, and without a version in it', () => {
    expect(read(buildPe())).toEqual({ machine: 0x8664, architecture: 'amd64', managed: false });
    const other = patched({ versions: [VERSION] }, (file) => file.writeUInt32LE(24, AT.versionType));
    expect(read(other)).toEqual({ machine: 0x8664, architecture: 'amd64', managed: false });
  });

  it('is found wherever the linker puts its parts, however the bytes arrive', () => {
    for (const layout of LAYOUTS) {
      const file = buildPe({ versions: [VERSION], layout, iconBytes: 3000, textBytes: 5000, stubBytes: 300 });
      for (const chunkBytes of [1, 2, 3, 7, 63, 64, 511, 512, 4096, file.length]) {
        expect(read(file, chunkBytes)).toEqual(FACTS);
        expect(read(file, chunkBytes, file.length)).toEqual(FACTS);
      }
    }
  });

  it('survives a large stub, an icon of megabytes and a neutral resource identifier', () => {
    const file = buildPe({ versions: [VERSION], stubBytes: 100_000, iconBytes: 5_000_000, versionId: 101 });
    expect(read(file, 65_536)).toEqual(FACTS);
  });

  it('prefers US English, then neutral, then other English, then the lowest language', () => {
    const languages = [0x0407, 0x0809, 0x0000, 0x0409];
    const specs = languages.map((language) => ({ language, file: `${language}.0.0.0` }));
    for (let count = languages.length; count > 0; count--) {
      const versions = specs.slice(0, count);
      const best = `${languages[count - 1]}.0.0.0`;
      expect(version({ versions })?.file).toBe(best);
      expect(version({ versions: versions.reverse() })?.file).toBe(best);
    }
    expect(
      version({ versions: [0x0411, 0x040c].map((l) => ({ language: l, file: `${l}.0.0.0` })) })?.file,
    ).toBe(`${0x040c}.0.0.0`);
  });

  it('has the numbers even where there are no strings', () => {
    expect(version({ versions: [{ file: '1.2.3.4', product: '65535.0.65535.5' }] })).toEqual({
      file: '1.2.3.4',
      product: '65535.0.65535.5',
      strings: {},
    });
  });
});

describe('version strings', () => {
  it('come from the table of the best language', () => {
    const stringTables = {
      '040704B0': { ProductName: 'Dinge' },
      garbage: { ProductName: 'Garbage' },
      '000004b0': { ProductName: 'Neutral' },
      '040904E4': { ProductName: 'Things' },
      '040904B0': { ProductName: 'Things again' },
    };
    expect(version({ versions: [{ stringTables }] })?.strings).toEqual({ ProductName: 'Things' });
    const { '040704B0': german, garbage } = stringTables;
    expect(version({ versions: [{ stringTables: { garbage, '040704B0': german } }] })?.strings).toEqual({
      ProductName: 'Dinge',
    });
    expect(version({ versions: [{ stringTables: { garbage } }] })?.strings).toEqual({
      ProductName: 'Garbage',
    });
  });

  it('are trimmed, left out when empty, looked up without regard to case and kept well-formed', () => {
    const strings = {
      FileDescription: ' ',
      companyname: ' Contoso ',
      InternalName: '',
      ProductName: 'a\ud800b',
    };
    expect(version({ versions: [{ strings }] })?.strings).toEqual({
      CompanyName: 'Contoso',
      ProductName: 'a\ufffdb',
    });
  });

  it('are read across too much padding and wrong value lengths', () => {
    expect(version({ versions: [{ ...VERSION, extraPadding: 8 }] })).toEqual(FACTS.version);

    const inBytes = buildVersionResource(VERSION);
    const key = inBytes.indexOf(Buffer.from('ProductName', 'utf16le'));
    inBytes.writeUInt16LE(inBytes.readUInt16LE(key - 4) * 2, key - 4);
    expect(version({ versionBytes: inBytes })).toEqual(FACTS.version);
  });

  it('are the first of those with the same name, and not taken from behind the resource', () => {
    const strings = { ProductName: 'first', PRODUCTNAME: 'second' };
    expect(version({ versions: [{ strings }] })?.strings).toEqual({ ProductName: 'first' });

    const short = buildVersionResource({ strings });
    short.writeUInt16LE(40 + 52, 0);
    expect(version({ versionBytes: short })?.strings).toEqual({});
  });

  it('end at a block that is cut, without an error', () => {
    const whole = buildVersionResource({ strings: { ProductName: 'Things', CompanyName: 'Contoso' } });
    const cut = whole.subarray(0, whole.indexOf(Buffer.from('CompanyName', 'utf16le')) + 6);
    expect(version({ versionBytes: cut })?.strings).toEqual({ ProductName: 'Things' });
  });
});

describe('not a PE file', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from('M')],
    ['text', Buffer.from('#!/bin/sh\n')],
    ['a DOS program', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(500, 0x11)])],
    ['a short DOS program', Buffer.from('MZ and so on')],
    ['a 16-bit Windows program', patched({}, (file) => file.write('NE', AT.fileHeader))],
    ['a file cut in the file header', buildPe().subarray(0, AT.fileHeader + 23)],
  ])('%s', (_name, file) => {
    expect(read(file)).toBeUndefined();
    expect(read(file, 1)).toBeUndefined();
    expect(read(file, 1, file.length)).toBeUndefined();
  });
});

describe('damage', () => {
  const spec = { versions: [VERSION] };
  const patches: [string, RegExp, (file: Buffer) => void][] = [
    ['headers too large', /limit is 65536/, (file) => file.writeUInt16LE(0xffff, AT.fileHeader + 6)],
    ['no optional header', /only 0 bytes/, (file) => file.writeUInt16LE(0, AT.fileHeader + 20)],
    ['unknown optional header', /0x107/, (file) => file.writeUInt16LE(0x107, AT.optionalHeader)],
    [
      'directory in no section',
      /0x900000.*in no section/,
      (file) => file.writeUInt32LE(0x90_0000, AT.resourceDirectory),
    ],
    ['section inside the headers', /lies before/, (file) => file.writeUInt32LE(0, AT.resourceSection + 20)],
    [
      'section beyond the file',
      /ends before.*directory/,
      (file) => file.writeUInt32LE(0x7fff_fe00, AT.resourceSection + 20),
    ],
    ['data instead of a table', /less than three/, (file) => file.writeUInt32LE(0x40, AT.versionType + 4)],
    [
      'table instead of data',
      /more than three/,
      (file) => file.writeUInt32LE(0x8000_0000, AT.versionLanguages + 20),
    ],
    ['cycle to the root', /more than three/, (file) => file.writeUInt32LE(0x8000_0000, AT.versionNames + 20)],
    ['no languages', /without entries/, (file) => file.writeUInt16LE(0, AT.versionLanguages + 14)],
    [
      'table too far away',
      /limit is 16777216/,
      (file) => file.writeUInt32LE(0xff00_0000, AT.versionType + 4),
    ],
    [
      'version in no section',
      /0xffffffff.*in no section/,
      (file) => file.writeUInt32LE(0xffff_ffff, AT.versionEntry),
    ],
    ['version before its table', /lies before/, (file) => file.writeUInt32LE(0x1000, AT.versionEntry)],
    ['empty version', /is empty/, (file) => file.writeUInt32LE(0, AT.versionEntry + 4)],
    ['version cut', /no VS_FIXEDFILEINFO/, (file) => file.writeUInt32LE(80, AT.versionEntry + 4)],
    [
      'another signature',
      /no VS_FIXEDFILEINFO/,
      (file) => file.write('\0', file.indexOf('bd04effe', 0, 'hex')),
    ],
  ];

  it.each(patches)('%s leaves the architecture', (_name, message, patch) => {
    const file = patched(spec, patch);
    const facts = read(file);
    expect(facts).toEqual({
      machine: 0x8664,
      architecture: 'amd64',
      managed: false,
      damaged: expect.stringMatching(message),
    });
    expect(read(file, 1)).toEqual(facts);
    expect(read(file, 1, file.length)).toEqual(facts);
  });

  it('tells where a cut file ends, whether its size is known or not', () => {
    const file = buildPe(spec);
    const end = file.indexOf('bd04effe', 0, 'hex');
    const cut = file.subarray(0, end);
    expect(read(cut)?.damaged).toMatch(/^the file ends before byte \d+, inside its version resource$/);
    expect(read(cut, 100, cut.length)).toEqual(read(cut));
  });

  it('does not read directories that the optional header has no room for or does not count', () => {
    const uncounted = patched({ ...spec, managed: true }, (file) => file.writeUInt32LE(2, AT.directoryCount));
    expect(read(uncounted)).toEqual({ machine: 0x8664, architecture: 'amd64', managed: false });
    const short = patched({ ...spec, managed: true }, (file) => file.writeUInt16LE(60, AT.fileHeader + 20));
    expect(read(short)).toEqual({ machine: 0x8664, architecture: 'amd64', managed: false });
  });

  it('tolerates a version entry that claims more than its section has', () => {
    const file = patched(spec, (f) => f.writeUInt32LE(0xffff_ffff, AT.versionEntry + 4));
    expect(read(file)).toEqual(FACTS);
  });
});

describe('done', () => {
  it('as soon as no more bytes matter', () => {
    const file = buildPe({ versions: [VERSION] });
    const reader = new PeReader();
    let used = 0;
    while (!reader.done) reader.write(file.subarray(used, ++used));
    expect(used).toBe(AT.versionEntry + 16 + 64 + buildVersionResource(VERSION).length);
    expect(reader.end()).toEqual(FACTS);
  });

  it('after two bytes of what is no PE file, and after the headers of one without resources', () => {
    const text = new PeReader();
    text.write(Buffer.from('#!'));
    expect(text.done).toBe(true);

    const bare = new PeReader();
    bare.write(buildPe().subarray(0, AT.optionalHeader + 240 + 40));
    expect(bare.done).toBe(true);
  });

  it('at once when the size shows that the resources cannot be there', () => {
    const file = buildPe({ versions: [VERSION] });
    const reader = new PeReader(AT.root);
    reader.write(file.subarray(0, AT.root - 1));
    expect(reader.done).toBe(true);
    expect(reader.end()?.damaged).toMatch(/ends before/);
  });
});

describe('properties', () => {
  const mutation = fc.record({
    at: fc.nat(),
    value: fc.integer({ min: 0, max: 0xffff_ffff }),
    width: fc.constantFrom(1, 2, 4),
  });
  const base = LAYOUTS.map((layout) => buildPe({ versions: [VERSION, { language: 0x407 }], layout }));

  function mutate(file: Buffer, mutations: readonly { at: number; value: number; width: number }[]): Buffer {
    const mutated = Buffer.from(file);
    for (const { at, value, width } of mutations) {
      mutated.writeUIntLE(value % 256 ** width, at % (mutated.length - width), width);
    }
    return mutated;
  }

  it('reads mutated and cut files without an exception and alike in all chunk sizes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...base),
        fc.array(mutation, { maxLength: 8 }),
        fc.nat(),
        fc.integer({ min: 1, max: 700 }),
        (file, mutations, cut, chunkBytes) => {
          const mutated = mutate(file, mutations).subarray(0, cut % 4 === 0 ? cut % file.length : undefined);
          const facts = read(mutated);
          expect(read(mutated, chunkBytes)).toEqual(facts);
          expect(read(mutated, chunkBytes, mutated.length)).toEqual(facts);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('reads mutated version resources without an exception', () => {
    const whole = buildVersionResource(VERSION);
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 8 }), (mutations) => {
        const facts = read(buildPe({ versionBytes: mutate(whole, mutations) }));
        expect(facts?.machine).toBe(0x8664);
        expect(facts?.version === undefined).toBe(facts?.damaged !== undefined);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads any bytes behind a PE signature', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        const file = Buffer.concat([buildPe().subarray(0, AT.fileHeader + 4), bytes]);
        expect(read(file, 97)).toEqual(read(file));
      }),
    );
  });
});
