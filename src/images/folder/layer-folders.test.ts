// Which folders are layers, and how a chain of them is found beside the one that is named.
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeFiles } from '../../../test/builders/image.ts';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import { ImageError } from '../image-error.ts';
import { findLayerFolders } from './layer-folders.ts';

type Content = Readonly<Record<string, string>>;

function folderOf(content: Content): string {
  const folder = temporaryDirectory();
  writeFiles(folder, new Map(Object.entries(content).map(([path, text]) => [path, Buffer.from(text)])));
  return folder;
}

/** As a host lists them, nearest first. */
function chain(...names: string[]): string {
  return JSON.stringify(names.map((name) => `C:\\ProgramData\\docker\\windowsfilter\\${name}`));
}

/** Names of the folders found, with their kinds, bottom first; then those missing. */
async function found(path: string): Promise<{ folders: string[]; missing: readonly string[] }> {
  const { folders, missing } = await findLayerFolders(path);
  return { folders: folders.map((each) => `${basename(each.path)}: ${each.kind}`), missing };
}

async function failureOf(path: string): Promise<{ code: string; message: string }> {
  return findLayerFolders(path).then(
    () => expect.unreachable(),
    (error: ImageError) => ({ code: error.code, message: error.message }),
  );
}

describe('one folder', () => {
  test.each([
    ['Files/x', 'layer'],
    ['hives/SOFTWARE_DELTA', 'layer'],
    ['windows/system32/ntdll.dll', 'drive'],
  ])('with %s is a %s', async (path, kind) => {
    const folder = folderOf({ [path]: '' });
    expect(await findLayerFolders(`${folder}/`)).toEqual({ folders: [{ path: folder, kind }], missing: [] });
  });

  test('a drive may have a folder called Files', async () => {
    const folder = folderOf({ 'Files/mine': '', 'Windows/System32/ntdll.dll': '' });
    expect((await findLayerFolders(folder)).folders[0]?.kind).toBe('drive');
  });

  test.each(['[]', 'null', '\ufeff[]'])('a chain of nothing, %j, is a base layer', async (json) => {
    const folder = folderOf({ 'Files/x': '', 'layerchain.json': json });
    expect(await findLayerFolders(folder)).toEqual({
      folders: [{ path: folder, kind: 'layer' }],
      missing: [],
    });
  });

  test('nothing there', async () => {
    const path = join(temporaryDirectory(), 'no');
    expect(await failureOf(path)).toEqual({ code: 'NOT_FOUND', message: `${path} does not exist` });
  });

  test('a file', async () => {
    const path = join(folderOf({ 'image.tar': '' }), 'image.tar');
    expect(await failureOf(path)).toMatchObject({
      code: 'NOT_AN_IMAGE',
      message: expect.stringContaining(`${path} is no folder`),
    });
  });

  test('a folder of something else', async () => {
    const path = folderOf({ 'readme.txt': '', 'Windows/readme.txt': '', 'Files.txt': '' });
    expect(await failureOf(path)).toMatchObject({
      code: 'NOT_AN_IMAGE',
      message: expect.stringMatching(/neither Files and Hives.*nor Windows\/System32/),
    });
  });

  test('links to folders of elsewhere are no layer', async () => {
    const path = temporaryDirectory();
    symlinkSync('/etc', join(path, 'Files'));
    symlinkSync('/', join(path, 'inner'));
    expect(await failureOf(path)).toMatchObject({
      code: 'NOT_AN_IMAGE',
      message: expect.stringContaining('links are not followed'),
    });
  });

  test('a folder of layers names the topmost', async () => {
    const path = folderOf({
      'a-base/Files/x': '',
      'b-middle/Files/x': '',
      'b-middle/layerchain.json': chain('a-base'),
      'c-top/Files/x': '',
      'c-top/layerchain.json': chain('b-middle', 'a-base'),
    });
    expect(await failureOf(path)).toEqual({
      code: 'NOT_AN_IMAGE',
      message: `${path} holds 3 layers and is none itself; name the topmost one, such as dir:${path}/c-top`,
    });
  });
});

describe('a chain', () => {
  const layers: Content = {
    'base/Files/x': '',
    'update/Hives/Software_Base': 'merged',
    'update/Files/x': '',
    'update/layerchain.json': chain('base'),
    'app/Hives/Software_Base': 'merged',
    'app/layerchain.json': chain('update', 'base'),
  };
  const without = (...names: string[]): Content =>
    Object.fromEntries(Object.entries(layers).filter(([path]) => !names.includes(path.split('/')[0]!)));
  const all = { folders: ['base: layer', 'update: layer', 'app: layer'], missing: [] };

  test('is given bottom first', async () => {
    const root = folderOf(layers);
    expect(await found(join(root, 'app'))).toEqual(all);
    expect(await found(join(root, 'update'))).toEqual({ folders: all.folders.slice(0, 2), missing: [] });
  });

  test('is found beside the folder, however that is named', async () => {
    const root = folderOf(layers);
    const link = join(temporaryDirectory(), 'link');
    symlinkSync(join(root, 'app'), link);
    expect(await found(link)).toEqual(all);
    expect(await found(join(root, 'app/Hives/..'))).toEqual(all);
    expect(await found(`${root}//update/../app/.`)).toEqual(all);
  });

  test.each([
    ['base', ['update: merged', 'app: layer'], ['base']],
    // The base is there, but what the update replaced in it is not known.
    ['update', ['app: merged'], ['update', 'base']],
  ])('without %s begins above it', async (name, folders, missing) => {
    expect(await found(join(folderOf(without(name)), 'app'))).toEqual({ folders, missing });
  });

  test.each(['', undefined])('without a merged registry (%j) gives layers as they are', async (hive) => {
    const root = folderOf({
      'app/Files/x': '',
      'app/layerchain.json': chain('base'),
      ...(hive !== undefined && { 'app/Hives/Software_Base': hive }),
    });
    expect(await found(join(root, 'app'))).toEqual({ folders: ['app: layer'], missing: ['base'] });
  });

  test('a parent that is empty or a file counts as not copied', async () => {
    const root = folderOf({ ...without('base', 'update'), update: 'a file' });
    mkdirSync(join(root, 'base'));
    expect((await found(join(root, 'app'))).missing).toEqual(['update', 'base']);
    writeFileSync(join(root, 'app/layerchain.json'), chain('base'));
    expect((await found(join(root, 'app'))).missing).toEqual(['base']);
  });

  test('a parent that is a link is an error', async () => {
    const root = folderOf(without('base'));
    symlinkSync(folderOf({ 'Files/x': '' }), join(root, 'base'));
    expect(await failureOf(join(root, 'app'))).toMatchObject({
      code: 'UNREADABLE',
      message: expect.stringContaining(`${root}/base is a link`),
    });
  });

  test('128 layers are read, more are refused', async () => {
    const names = Array.from({ length: 128 }, (_, index) => `l${index}`);
    const root = folderOf({
      'top/Files/x': '',
      'top/layerchain.json': chain(...names.slice(1)),
      ...Object.fromEntries(names.map((name) => [`${name}/Files/x`, ''])),
    });
    expect((await found(join(root, 'top'))).folders).toHaveLength(128);
    writeFileSync(join(root, 'top/layerchain.json'), chain(...names));
    expect(await failureOf(join(root, 'top'))).toMatchObject({
      code: 'INVALID_DOCUMENT',
      message: expect.stringContaining('128 layers'),
    });
  });

  test.each([
    ['no JSON', '[', 'not valid JSON'],
    ['no list', '{}', 'not a list of folders'],
    ['no text', '[1]', 'not a list of folders'],
    ['a way up', chain('..'), 'no folder of a layer'],
    ['a way out', '["/etc/.."]', 'no folder of a layer'],
    ['no name', '["C:\\\\"]', 'no folder of a layer'],
    ['hidden', chain('.ssh'), 'no folder of a layer'],
    ['itself', chain('APP'), 'twice'],
    ['one twice', chain('base', 'base'), 'twice'],
  ])('that names %s is refused', async (_what, json, problem) => {
    const path = join(folderOf({ ...layers, 'app/layerchain.json': json }), 'app');
    expect(await failureOf(path)).toEqual({
      code: 'INVALID_DOCUMENT',
      message: expect.stringContaining(`layerchain.json in the layer ${path} `),
    });
    expect((await failureOf(path)).message).toContain(problem);
  });

  test('in a link, a FIFO or a file without end is refused', async () => {
    const list = async (make: (path: string) => void): Promise<string> => {
      const root = folderOf({ 'app/Files/x': '' });
      make(join(root, 'app/layerchain.json'));
      return (await failureOf(join(root, 'app'))).code;
    };
    expect(await list((path) => symlinkSync('/etc/passwd', path))).toBe('UNREADABLE');
    expect(await list((path) => execFileSync('mkfifo', [path]))).toBe('UNREADABLE');
    expect(await list((path) => writeFileSync(path, ' '.repeat(1024 * 1024 + 1)))).toBe('TOO_LARGE');
  });

  test('of anything leads nowhere but beside the folder', async () => {
    const root = folderOf({ 'app/Files/x': '' });
    const places = fc.array(
      fc.oneof(fc.string(), fc.constantFrom('..', 'a\\..', 'C:\\x\\..', '/', 'C:', 'a/b')),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.json(),
          places.map((list) => JSON.stringify(list)),
        ),
        async (json) => {
          writeFileSync(join(root, 'app/layerchain.json'), json);
          const result = await findLayerFolders(join(root, 'app')).catch((error: unknown) => error);
          if (result instanceof ImageError) expect(result.code).toBe('INVALID_DOCUMENT');
          else {
            expect(result).toMatchObject({ folders: [{ path: join(root, 'app') }] });
          }
        },
      ),
    );
  });
});
