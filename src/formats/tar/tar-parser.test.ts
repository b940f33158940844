import { describe, expect, test } from 'vitest';
import { readTar } from '../../../test/builders/read-tar.ts';
import {
  buildTar,
  directory,
  file,
  hardlink,
  paxBody,
  sealHeader,
  symlink,
  tarHeader,
  whiteout,
} from '../../../test/builders/tar.ts';
import { TarError } from './tar-error.ts';
import { TarParser } from './tar-parser.ts';

const END = Buffer.alloc(1024);

/** A header, its data and the padding. */
function raw(fields: Parameters<typeof tarHeader>[0], data: string | Buffer = ''): Buffer {
  const content = Buffer.from(data);
  return Buffer.concat([tarHeader(fields), content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

function pax(records: Record<string, string>, typeFlag = 'x'): Buffer {
  const body = paxBody(records);
  return raw({ name: 'PaxHeaders.0/x', typeFlag, size: body.length }, body);
}

function failure(archive: Buffer): TarError {
  try {
    readTar(archive);
  } catch (error) {
    if (error instanceof TarError) return error;
    throw error;
  }
  throw new Error('no error was thrown');
}

describe('TarParser: a Windows layer', () => {
  const longPath = `Files/Windows/WinSxS/${'amd64_microsoft-windows-'.repeat(9)}/Größe.manifest`;
  const entries = readTar(
    buildTar([
      directory('Files', { fileattr: '16' }),
      file('Files/Windows/System32/ntdll.dll', 'MZ', { fileattr: '32', rawsd: 'AQAEgBQAAAA=' }),
      file(longPath, 'x'.repeat(513)),
      hardlink('UtilityVM/Files/ntdll.dll', 'Files/Windows/System32/ntdll.dll'),
      symlink('Files/Documents and Settings', 'C:\\Users', { mountpoint: '1' }),
      whiteout('Files/Users/old.txt'),
      file('Files/a.txt:Zone.Identifier:$DATA', '[ZoneTransfer]'),
    ]),
  );

  test('gives every entry with its type, in order', () => {
    expect(entries.map(({ type, path }) => [type, path])).toEqual([
      ['directory', 'Files'],
      ['file', 'Files/Windows/System32/ntdll.dll'],
      ['file', longPath],
      ['hardlink', 'UtilityVM/Files/ntdll.dll'],
      ['symlink', 'Files/Documents and Settings'],
      ['file', 'Files/Users/.wh.old.txt'],
      ['file', 'Files/a.txt:Zone.Identifier:$DATA'],
    ]);
  });

  test('gives contents and sizes', () => {
    expect(entries[1]).toMatchObject({ content: 'MZ', sizeBytes: 2 });
    expect(entries[2]).toMatchObject({ content: 'x'.repeat(513), sizeBytes: 513 });
    expect(entries[5]).toMatchObject({ content: '', sizeBytes: 0 });
  });

  test('gives link targets as written', () => {
    expect(entries[3]?.linkPath).toBe('Files/Windows/System32/ntdll.dll');
    expect(entries[4]?.linkPath).toBe('C:\\Users');
    expect(entries[1]).not.toHaveProperty('linkPath');
  });

  test('keeps the MSWINDOWS records', () => {
    expect(Object.fromEntries(entries[1]!.pax)).toEqual({
      'MSWINDOWS.fileattr': '32',
      'MSWINDOWS.rawsd': 'AQAEgBQAAAA=',
    });
    expect(entries[3]!.pax.size).toBe(0);
  });

  test('gives the offset of the header that the data follow', () => {
    const archive = buildTar([file('a', 'one'), file('b', 'two', { fileattr: '32' })]);
    const [, b] = readTar(archive);
    expect(b!.offset).toBe(512 * 4);
    expect(archive.toString('latin1', b!.offset + 512, b!.offset + 515)).toBe('two');
  });
});

describe('TarParser: PAX records', () => {
  const first = (...headers: Buffer[]) =>
    readTar(Buffer.concat([...headers, raw({ name: 'ustar-name', typeFlag: '0', size: 3 }, 'abc'), END]))[0]!;

  test('values may hold newlines, equals signs and UTF-8', () => {
    expect(first(pax({ path: 'a\nb=c', comment: '30 path=evil\n', 'k\u00e4y': 'w\u00f6rth' }))).toMatchObject(
      {
        path: 'a\nb=c',
        pax: new Map([
          ['path', 'a\nb=c'],
          ['comment', '30 path=evil\n'],
          ['k\u00e4y', 'w\u00f6rth'],
        ]),
      },
    );
  });

  test('an empty value deletes what was set before', () => {
    expect(first(pax({ path: '' })).path).toBe('ustar-name');
    const entry = first(pax({ comment: 'global' }, 'g'), pax({ comment: '', other: '1' }));
    expect(entry.pax).toEqual(new Map([['other', '1']]));
  });

  test('size overrides the header', () => {
    const stated = raw({ name: 'f', typeFlag: '0', size: 0 });
    const archive = Buffer.concat([pax({ size: '5' }), stated, Buffer.from('hello'), Buffer.alloc(507), END]);
    expect(readTar(archive)).toMatchObject([{ path: 'f', sizeBytes: 5, content: 'hello' }]);
  });

  test('local records apply to one entry, global ones to all that follow', () => {
    const entries = readTar(
      Buffer.concat([
        pax({ a: 'global' }, 'g'),
        pax({ b: 'local' }),
        raw({ name: '1', typeFlag: '0', size: 0 }),
        raw({ name: '2', typeFlag: '0', size: 0 }),
        pax({ a: 'local' }),
        raw({ name: '3', typeFlag: '0', size: 0 }),
      ]),
    );
    expect(entries.map((entry) => Object.fromEntries(entry.pax))).toEqual([
      { a: 'global', b: 'local' },
      { a: 'global' },
      { a: 'local' },
    ]);
  });

  test('global records neither rename nor resize, as in Go', () => {
    expect(first(pax({ path: 'evil', linkpath: 'evil', size: '0' }, 'g'))).toMatchObject({
      path: 'ustar-name',
      content: 'abc',
    });
  });

  test.each([
    ['a length of zero', '0 a=b\n'],
    ['no length', ' a=b\n'],
    ['a length past the end', '99 a=b\n'],
    ['a length that cuts the record', '5 a=b\n'],
    ['no equals sign', '6 abc\n'],
    ['no key', '6 =bc\n'],
    ['no newline', '6 a=bcd'],
    ['only a length', '3 \n'],
    ['an absurd length', `${'9'.repeat(400)} a=b\n`],
  ])('%s is BAD_HEADER', (_name, body) => {
    const archive = Buffer.concat([raw({ name: 'x', typeFlag: 'x', size: body.length }, body), END]);
    expect(failure(archive)).toMatchObject({ code: 'BAD_HEADER', offset: 0 });
  });

  test.each([
    ['-1', 'BAD_HEADER'],
    ['12k', 'BAD_HEADER'],
    ['9007199254740992', 'TOO_LARGE'],
  ])('a size of %s is %s', (size, code) => {
    const archive = Buffer.concat([pax({ size }), raw({ name: 'f', typeFlag: '0', size: 0 }), END]);
    expect(failure(archive).code).toBe(code);
  });
});

describe('TarParser: header formats', () => {
  test('joins the ustar prefix', () => {
    const archive = raw({ name: 'file', typeFlag: '0', size: 0, prefix: 'some/folder' });
    expect(readTar(archive)[0]?.path).toBe('some/folder/file');
  });

  test('takes no prefix from a GNU header', () => {
    const archive = raw({ name: 'file', typeFlag: '0', size: 0, prefix: '0123456', magic: 'ustar  \0' });
    expect(readTar(archive)[0]?.path).toBe('file');
  });

  test('takes the shorter prefix of star', () => {
    const block = tarHeader({ name: 'file', typeFlag: '0', size: 0, prefix: 'p'.repeat(131) });
    block.write('12345670123\x0012345670123\0', 476, 'latin1');
    block.write('tar\0', 508, 'latin1');
    expect(readTar(sealHeader(block))[0]?.path).toBe(`${'p'.repeat(131)}/file`);
  });

  test('a name may fill its field', () => {
    expect(readTar(raw({ name: 'n'.repeat(100), typeFlag: '0', size: 0 }))[0]?.path).toBe('n'.repeat(100));
  });

  test.each(['pax', 'gnu'] as const)('long names by %s', (longNames) => {
    const path = `${'d/'.repeat(300)}file`;
    const target = `${'t/'.repeat(300)}target`;
    const entries = readTar(buildTar([symlink(path, target), file('short', 'x')], { longNames }));
    expect(entries).toMatchObject([
      { path, linkPath: target },
      { path: 'short', content: 'x' },
    ]);
  });

  test('v7 marks directories by a slash, and knows no other type', () => {
    const archive = Buffer.concat([
      raw({ name: 'dir/', typeFlag: '\0', size: 0, magic: '\0'.repeat(8) }),
      raw({ name: 'file', typeFlag: '\0', size: 1, magic: '\0'.repeat(8) }, 'x'),
    ]);
    expect(readTar(archive).map(({ type }) => type)).toEqual(['directory', 'file']);
  });

  test('a contiguous file is a file; devices, volume labels and unknown types are other', () => {
    const types = ['7', '3', '4', '6', 'V', 'D', 'Z'];
    const archive = Buffer.concat(types.map((typeFlag) => raw({ name: typeFlag, typeFlag, size: 0 })));
    expect(readTar(archive).map(({ type }) => type)).toEqual(['file', ...Array(6).fill('other')]);
  });

  test('links, directories and devices have no data, unknown types have', () => {
    const archive = Buffer.concat([
      ...['1', '2', '3', '4', '5', '6'].map((typeFlag) => tarHeader({ name: typeFlag, typeFlag, size: 512 })),
      raw({ name: 'Z', typeFlag: 'Z', size: 600 }, 'z'.repeat(600)),
      raw({ name: 'last', typeFlag: '0', size: 0 }),
    ]);
    const entries = readTar(archive);
    expect(entries.map(({ path }) => path)).toEqual(['1', '2', '3', '4', '5', '6', 'Z', 'last']);
    expect(entries[0]?.sizeBytes).toBe(0);
    expect(entries[6]?.content).toBe('z'.repeat(600));
  });

  test('reads base-256 sizes', () => {
    const block = tarHeader({ name: 'big', typeFlag: '0', size: 2 ** 40 + 7 });
    expect(block[124]).toBe(0x80);
    const sizes: number[] = [];
    const parser = new TarParser((entry) => {
      sizes.push(entry.sizeBytes);
      return undefined;
    });
    parser.write(block);
    expect(sizes).toEqual([2 ** 40 + 7]);
  });

  test('accepts the sum over signed bytes', () => {
    const block = tarHeader({ name: 'stra\u00dfe', typeFlag: '0', size: 0 });
    const unsigned = Number.parseInt(block.toString('latin1', 148, 154), 8);
    block.write(`${(unsigned - 2 * 256).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    expect(readTar(block)[0]?.path).toBe('stra\u00dfe');
  });
});

describe('TarParser: the end', () => {
  const entry = raw({ name: 'f', typeFlag: '0', size: 3 }, 'abc');

  test.each<[string, Buffer]>([
    ['with two zero blocks', Buffer.concat([entry, END])],
    ['with trailing garbage', Buffer.concat([entry, END, Buffer.from('garbage'.repeat(200))])],
    ['with one zero block', Buffer.concat([entry, Buffer.alloc(512)])],
    ['without zero blocks', entry],
    ['without padding', entry.subarray(0, 512 + 3)],
  ])('%s is fine', (_name, archive) => {
    expect(readTar(archive)).toMatchObject([{ path: 'f', content: 'abc' }]);
  });

  test('an empty stream is an empty archive', () => {
    expect(readTar(Buffer.alloc(0))).toEqual([]);
    expect(readTar(END)).toEqual([]);
  });

  test.each<[string, Buffer]>([
    ['in a header', entry.subarray(0, 300)],
    ['in the data', entry.subarray(0, 512 + 2)],
    ['in an extended header', pax({ a: 'b' }).subarray(0, 514)],
    ['after an extended header', pax({ a: 'b' })],
    ['after a long name', raw({ name: 'L', typeFlag: 'L', size: 4 }, 'name')],
  ])('%s is TRUNCATED', (_name, archive) => {
    expect(failure(archive).code).toBe('TRUNCATED');
  });

  test('a single zero block in the middle is BAD_HEADER', () => {
    expect(failure(Buffer.concat([entry, Buffer.alloc(512), entry]))).toMatchObject({
      code: 'BAD_HEADER',
      offset: 1536,
    });
  });
});

describe('TarParser: what it refuses', () => {
  test('a wrong checksum', () => {
    const block = tarHeader({ name: 'f', typeFlag: '0', size: 0 });
    block[0] = 'g'.charCodeAt(0);
    expect(failure(block)).toMatchObject({ code: 'BAD_CHECKSUM', offset: 0 });
    expect(failure(Buffer.alloc(2048, 'this is no tar archive '))).toMatchObject({ code: 'BAD_CHECKSUM' });
  });

  test.each([
    ['letters', Buffer.from('abcdefghijk\0'), 'BAD_HEADER'],
    ['digits eight and nine', Buffer.from('00000000089\0'), 'BAD_HEADER'],
    ['a negative base-256 number', Buffer.alloc(12, 0xff), 'BAD_HEADER'],
    ['a base-256 number over 2^53', Buffer.from('800000000020000000000000', 'hex'), 'TOO_LARGE'],
  ])('a size of %s', (_name, bytes, code) => {
    const block = tarHeader({ name: 'f', typeFlag: '0', size: 0 });
    bytes.copy(block, 124);
    expect(failure(sealHeader(block)).code).toBe(code);
  });

  test.each(['x', 'g', 'L', 'K'])('an extended header %s over 1 MiB', (typeFlag) => {
    expect(failure(tarHeader({ name: 'x', typeFlag, size: 2 ** 20 + 1 })).code).toBe('TOO_LARGE');
  });

  test('global headers over 1 MiB together', () => {
    const global = pax({ comment: 'c'.repeat(600_000) }, 'g');
    expect(failure(Buffer.concat([global, global])).code).toBe('TOO_LARGE');
  });

  test('a path over 32,768 characters', () => {
    const path = (length: number) => Buffer.concat([pax({ path: 'p'.repeat(length) }), tarHeader(plain)]);
    const plain = { name: 'f', typeFlag: '0', size: 0 };
    expect(readTar(path(32_768))).toHaveLength(1);
    expect(failure(path(32_769)).code).toBe('TOO_LARGE');
  });

  test('GNU sparse files, old and new', () => {
    expect(failure(tarHeader({ name: 's', typeFlag: 'S', size: 0 })).code).toBe('UNSUPPORTED');
    const pax10 = pax({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '9' });
    expect(failure(Buffer.concat([pax10, tarHeader({ name: 's', typeFlag: '0', size: 0 })])).code).toBe(
      'UNSUPPORTED',
    );
  });
});

describe('TarParser: skipping', () => {
  test('a reader may jump over data nobody asked for', () => {
    const archive = buildTar([file('a', 'x'.repeat(5000)), file('b', 'wanted'), file('c', 'y'.repeat(700))]);
    const paths: string[] = [];
    let wanted = '';
    const parser = new TarParser((entry) => {
      paths.push(entry.path);
      if (entry.path !== 'b') return undefined;
      return { write: (chunk) => (wanted += chunk.toString()), end: () => {} };
    });
    let bytesGiven = 0;
    for (let position = 0; position < archive.length; ) {
      const step = parser.skippableBytes;
      if (step > 0) parser.skip(step);
      else parser.write(archive.subarray(position, position + 512));
      position += step || 512;
      bytesGiven += step > 0 ? 0 : 512;
    }
    parser.end();
    expect(paths).toEqual(['a', 'b', 'c']);
    expect(wanted).toBe('wanted');
    expect(bytesGiven).toBe(3 * 512 + 512 + 1024);
    expect(parser.entries).toBe(3);
  });

  test('not over more than that', () => {
    const parser = new TarParser(() => undefined);
    parser.write(tarHeader({ name: 'a', typeFlag: '0', size: 10 }));
    expect(parser.skippableBytes).toBe(512);
    expect(() => parser.skip(513)).toThrow(RangeError);
    parser.skip(9);
    expect(() => parser.end()).toThrow(TarError);
  });
});
