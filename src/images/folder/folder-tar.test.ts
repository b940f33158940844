// Layer folders as tars: what is in them, judged by readers that are not ours, and what hostile folders do.
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { writeFiles } from '../../../test/builders/image.ts';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import { folderTar } from './folder-tar.ts';
import { FolderWalk } from './folder-walk.ts';
import type { LayerFolder } from './layer-folders.ts';

type Content = Readonly<Record<string, string | Buffer>>;

function folderOf(content: Content): string {
  const folder = temporaryDirectory();
  writeFiles(folder, new Map(Object.entries(content).map(([path, bytes]) => [path, Buffer.from(bytes)])));
  return folder;
}

async function tarOf(path: string, kind: LayerFolder['kind'] = 'layer'): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of folderTar({ path, kind })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** `[name, content]` of files, `[name, type, target]` of links, as tar-stream reads them. */
async function members(path: string, kind?: LayerFolder['kind']): Promise<string[][]> {
  const extraction = extract();
  extraction.end(await tarOf(path, kind));
  const found: string[][] = [];
  for await (const entry of extraction) {
    const { name, type, linkname } = entry.header;
    const content = await text(entry);
    found.push(type === 'file' ? [name, content] : [name, type ?? '', linkname ?? '']);
  }
  return found;
}

async function namesIn(path: string, kind?: LayerFolder['kind']): Promise<(string | undefined)[]> {
  return (await members(path, kind)).map(([name]) => name);
}

async function failureOf(path: string): Promise<unknown> {
  return tarOf(path).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('folderTar', () => {
  test("the system's tar unpacks it to the same folder", async () => {
    const folder = folderOf({
      'Files/empty': '',
      'Files/block': 'b'.repeat(512),
      'Files/chunks': Buffer.alloc(2 * 1024 * 1024 + 1, 'c'),
      [`Files/${'long/'.repeat(60)}deep`]: 'deep',
      [`Files/${'n'.repeat(255)}`]: 'long name',
      'Files/ünïcödé 漢字 😀': 'unicode',
      'Files/line\nbreak': 'newline',
      'Hives/Software_Delta': 'hive',
    });
    const copy = temporaryDirectory();
    execFileSync('tar', ['-x', '-C', copy], { input: await tarOf(folder) });
    expect(execFileSync('diff', ['-r', folder, copy]).toString()).toBe('');
  });

  test('is sorted by bytes, folder by folder, and the same whatever was written first and when', async () => {
    // In UTF-16 the second comes before the first.
    const content = {
      'Files/\uff5e': '1',
      'Files/😀': '2',
      'Files/b/c': '3',
      'Files/b-': '4',
      'Hives/x': '5',
    };
    const folder = folderOf(content);
    const other = folderOf(Object.fromEntries(Object.entries(content).reverse()));
    chmodSync(join(other, 'Files/b-'), 0o600);
    expect(await namesIn(folder)).toEqual(['Files/b/c', 'Files/b-', 'Files/\uff5e', 'Files/😀', 'Hives/x']);
    expect(await tarOf(other)).toEqual(await tarOf(folder));
  });

  test('names that are not UTF-8 are read all the same', async () => {
    const folder = folderOf({ 'Files/a': '' });
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/Files/x`), Buffer.of(0xed, 0xa0, 0x80)]), 'content');
    expect((await members(folder))[1]).toEqual([expect.stringMatching(/^Files\/x\ufffd+$/), 'content']);
  });

  test('sends a file with several names once', async () => {
    const folder = folderOf({ 'Files/Windows/System32/a.dll': 'shared', outside: 'also elsewhere' });
    mkdirSync(join(folder, 'Files/Windows/WinSxS'));
    linkSync(join(folder, 'Files/Windows/System32/a.dll'), join(folder, 'Files/Windows/WinSxS/a.dll'));
    linkSync(join(folder, 'outside'), join(folder, 'Files/inside'));
    expect(await members(folder)).toEqual([
      ['Files/Windows/System32/a.dll', 'shared'],
      ['Files/Windows/WinSxS/a.dll', 'link', 'Files/Windows/System32/a.dll'],
      ['Files/inside', 'also elsewhere'],
    ]);
  });

  test('tells links without following them, and leaves out what is no file', async () => {
    const folder = folderOf({ 'Files/b': '' });
    symlinkSync('/etc/passwd', join(folder, 'Files/file'));
    symlinkSync('/etc', join(folder, 'Files/folder'));
    symlinkSync('.', join(folder, 'Files/loop'));
    execFileSync('mkfifo', [join(folder, 'Files/fifo')]);
    symlinkSync('/etc', join(folder, 'Hives'));
    expect(await members(folder)).toEqual([
      ['Files/b', ''],
      ['Files/file', 'symlink', '/etc/passwd'],
      ['Files/folder', 'symlink', '/etc'],
      ['Files/loop', 'symlink', '.'],
    ]);
  });

  test('leaves out what a Windows host keeps for itself, in any case', async () => {
    const folder = folderOf({
      layout: '',
      'bcd.bak.1': '',
      'blank-base.vhdx': '',
      'layerchain.json': '[]',
      'UtilityVM/Files/Windows/x.dll': '',
      'FILES/$RECYCLE.BIN/S-1/a.dll': '',
      'FILES/app/$Recycle.Bin/kept': '',
      'FILES/app.$WciDirs$': '',
      'FILES/app/inner.$wcidirs$': '',
      'hives/Software_base': '',
      'hives/SYSTEM_BASE.LOG1': '',
      'hives/System_Delta': '',
    });
    expect(await namesIn(folder)).toEqual(['Files/app/$Recycle.Bin/kept', 'Hives/System_Delta']);
  });

  test('a drive is what a layer has below Files', async () => {
    const folder = folderOf({
      'Windows/x': '',
      'Hives/mine': '',
      '$Recycle.Bin/x': '',
      'tombstones.txt': '',
    });
    expect(await namesIn(folder, 'drive')).toEqual([
      'Files/Hives/mine',
      'Files/Windows/x',
      'Files/tombstones.txt',
    ]);
  });

  test('stops between files when it is told to', async () => {
    const folder = folderOf({ 'Files/a': 'a', 'Files/b': 'b' });
    const reason = new Error('enough');
    const controller = new AbortController();
    const reading = (async () => {
      for await (const _ of folderTar({ path: folder, kind: 'layer' }, controller)) controller.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
  });
});

describe('a chain with a gap', () => {
  const folder = (more: Content): string =>
    folderOf({
      'Files/Windows/System32/config/SOFTWARE': 'not of this layer',
      'Files/Windows/System32/config/SOFTWARE.LOG1': 'log',
      'Files/Windows/System32/config/SYSTEM': 'not of this layer',
      'Files/other/Files/Windows/System32/config/SOFTWARE': 'a copy',
      'Hives/Software_Base': 'whole',
      'Hives/Software_Delta': 'in the whole',
      'Hives/Sam_Base': 'unused',
      'Hives/Sam_Delta': 'sam',
      'Hives/System_Delta': 'system',
      ...more,
    });

  test('a merged hive stands in for that of the base and the delta; others stay', async () => {
    expect(await members(folder({ 'Hives/System_Base': '' }), 'merged')).toEqual([
      ['Files/Windows/System32/config/SYSTEM', 'not of this layer'],
      ['Files/other/Files/Windows/System32/config/SOFTWARE', 'a copy'],
      ['Hives/Sam_Delta', 'sam'],
      ['Hives/System_Delta', 'system'],
      ['Files/Windows/System32/config/SOFTWARE', 'whole'],
    ]);
  });

  test('all three hives have their place', async () => {
    const path = folder({ 'Hives/SYSTEM_BASE': 'system', 'Hives/DefaultUser_Base': 'user' });
    expect((await members(path, 'merged')).filter(([name]) => /config\/[^.]*$/.test(name!)).sort()).toEqual([
      ['Files/Windows/System32/config/DEFAULT', 'user'],
      ['Files/Windows/System32/config/SOFTWARE', 'whole'],
      ['Files/Windows/System32/config/SYSTEM', 'system'],
      ['Files/other/Files/Windows/System32/config/SOFTWARE', 'a copy'],
    ]);
  });
});

describe('tombstones.txt', () => {
  const whiteouts = (lines: string): Promise<(string | undefined)[]> =>
    namesIn(folderOf({ 'Tombstones.TXT': lines }));

  test.each([
    [
      'as Windows writes them',
      '\ufeffVersion 1.0\n\\Windows\\x.dll\n\\gone\n',
      ['Files/Windows/.wh.x.dll', 'Files/.wh.gone'],
    ],
    ['with the folder', '\ufeffVersion 1.0\r\nFiles\\Windows\\x.dll\r\n', ['Files/Windows/.wh.x.dll']],
    ['of a folder called Files', 'Version 1.0\n\\Files\\x\n', ['Files/Files/.wh.x']],
    ['none', '\ufeffVersion 1.0', []],
    ['of nothing', 'Version 1.0\n\\\nFiles\n\n', []],
    ['not ASCII', 'Version 1.0\n\\漢字\n', ['Files/.wh.漢字']],
  ])('removals %s', async (_what, lines, expected) => {
    expect(await whiteouts(lines)).toEqual(expected);
  });

  test('of another version are an error', async () => {
    const folder = folderOf({ 'tombstones.txt': '\ufeffVersion 2.0\n\\x\n' });
    expect(await failureOf(folder)).toMatchObject({
      code: 'INVALID_DOCUMENT',
      message: expect.stringContaining(folder),
    });
  });

  test('that are a link or a FIFO are an error', async () => {
    const folder = folderOf({ 'Files/x': '' });
    symlinkSync('/etc/passwd', join(folder, 'tombstones.txt'));
    expect(await failureOf(folder)).toMatchObject({ code: 'UNREADABLE' });
    rmSync(join(folder, 'tombstones.txt'));
    execFileSync('mkfifo', [join(folder, 'tombstones.txt')]);
    expect(await failureOf(folder)).toMatchObject({ code: 'UNREADABLE' });
  });
});

describe('what changes or cannot be read', () => {
  /** Reads on after `change`, made as soon as the first chunk of content is there. */
  async function readWhile(folder: string, change: () => void): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of folderTar({ path: folder, kind: 'layer' })) {
      if (chunk.length === 1024 * 1024 && chunks.length < 3) change();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  test('a file that gets shorter is named', async () => {
    const folder = folderOf({ 'Files/log': Buffer.alloc(3 * 1024 * 1024) });
    const path = join(folder, 'Files/log');
    await expect(readWhile(folder, () => truncateSync(path, 100))).rejects.toMatchObject({
      code: 'UNREADABLE',
      message: `${path} became shorter while it was read`,
    });
  });

  test('a file that gets longer is cut where it ended', async () => {
    const folder = folderOf({ 'Files/log': Buffer.alloc(3 * 1024 * 1024), 'Files/next': 'next' });
    const tar = await readWhile(folder, () => appendFileSync(join(folder, 'Files/log'), 'more'));
    const listed = execFileSync('tar', ['-tv'], { input: tar }).toString();
    expect(listed).toMatch(/ 3145728 .* Files\/log\n.* 4 .* Files\/next\n$/);
  });

  test.each([
    ['a FIFO', (path: string) => execFileSync('mkfifo', [path]), 'UNREADABLE'],
    ['a link', (path: string) => symlinkSync('/etc/passwd', path), 'UNREADABLE'],
    ['nothing', () => undefined, 'NOT_FOUND'],
  ])(
    'a file that becomes %s after it was listed is neither followed nor waited for',
    async (_what, replace, code) => {
      const folder = folderOf({ 'Files/a': Buffer.alloc(1024 * 1024), 'Files/b': '' });
      const path = join(folder, 'Files/b');
      const reading = readWhile(folder, () => {
        rmSync(path);
        replace(path);
      });
      await expect(reading).rejects.toMatchObject({ code, message: expect.stringContaining(path) });
    },
  );

  if (process.getuid?.() === 0) {
    console.warn('not tested as root, who may read everything: a file that only others may read');
  } else {
    test('a file that only others may read is named', async () => {
      const folder = folderOf({ 'Files/secret': 'x' });
      chmodSync(join(folder, 'Files/secret'), 0);
      expect(await failureOf(folder)).toMatchObject({
        code: 'UNREADABLE',
        message: expect.stringContaining('Files/secret'),
      });
    });
  }

  test('a folder whose path is longer than the system takes is named', async () => {
    const folder = folderOf({ 'Files/x': '' });
    const half = Array.from({ length: 12 }, () => 'd'.repeat(200)).join('/');
    const [upper, lower] = [join(folder, 'Files', half), join(temporaryDirectory(), half)];
    mkdirSync(upper, { recursive: true });
    mkdirSync(lower, { recursive: true });
    const apart = lower.slice(0, -half.length + 200);
    const together = join(upper, 'e');
    renameSync(apart, together);
    try {
      expect(await failureOf(folder)).toMatchObject({
        code: 'UNREADABLE',
        message: expect.stringContaining(together),
      });
    } finally {
      renameSync(together, apart);
    }
  });
});

describe('limits', () => {
  async function walked(folder: string, limits: { entries: number; depth: number }): Promise<number> {
    let entries = 0;
    for await (const _ of new FolderWalk({ path: folder, kind: 'layer' }, limits).entries()) entries++;
    return entries;
  }

  test('files and folders together', async () => {
    const folder = folderOf({ 'Files/a': '', 'Files/b/c/d': '' });
    // Files, a, b, c, d.
    expect(await walked(folder, { entries: 5, depth: 9 })).toBe(2);
    await expect(walked(folder, { entries: 4, depth: 9 })).rejects.toMatchObject({
      code: 'TOO_LARGE',
      message: expect.stringContaining(`${folder} has over 4 files and folders`),
    });
  });

  test('depth', async () => {
    const folder = folderOf({ 'Files/a/b/c': '' });
    expect(await walked(folder, { entries: 9, depth: 2 })).toBe(1);
    await expect(walked(folder, { entries: 9, depth: 1 })).rejects.toMatchObject({
      code: 'TOO_LARGE',
      message: expect.stringContaining('Files/a/b is over 1 folders deep'),
    });
    const deep = folderOf({ [`Files/${'d/'.repeat(300)}f`]: '' });
    expect(await failureOf(deep)).toMatchObject({ code: 'TOO_LARGE' });
  });
});
