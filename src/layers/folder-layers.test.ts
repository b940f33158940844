// Folders as images: unpacked layers, drives and chains of a Windows host give what their layers give.
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dword, hiveFromPaths, sz } from '../../test/builders/hive.ts';
import { openImage } from '../../test/builders/open-image.ts';
import { buildPe } from '../../test/builders/pe.ts';
import { buildTar, file, hardlink, type TarEntrySpec } from '../../test/builders/tar.ts';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import { baseLayer, CURRENT_VERSION, updateLayer } from '../../test/builders/windows-image.ts';
import { folderTar } from '../images/folder/folder-tar.ts';
import type { LayerFolder } from '../images/folder/layer-folders.ts';
import type { Inventory } from '../model/inventory.ts';
import type { ImageFacts } from '../model/layer-facts.ts';
import { coalesce } from './coalesce.ts';
import { FactsCache } from './facts-cache.ts';
import { FactsReader } from './facts-reader.ts';

function write(folder: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** Unpacked by the system's tar, as a user would. */
function unpacked(entries: readonly TarEntrySpec[], folder = temporaryDirectory()): string {
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-x', '-C', folder], { input: buildTar(entries) });
  return folder;
}

async function read(
  target: string,
): Promise<{ facts: ImageFacts; inventory: Inventory; notices: readonly string[] }> {
  const image = await openImage(target);
  const facts = await new FactsReader(new FactsCache(temporaryDirectory())).read(image);
  await image.close();
  const notices = (image.notices ?? []).map(({ message }) => message);
  return { facts, inventory: coalesce(facts, image.config), notices };
}

async function tarOf(path: string, kind: LayerFolder['kind'] = 'layer'): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of folderTar({ path, kind })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const PROGRAM = buildPe({ versions: [{ file: '10.0.20348.7' }] });

describe('a folder as a tar', () => {
  test("is read by the system's tar, whatever its files are called", async () => {
    const names = [
      'Files/plain.txt',
      `Files/${'long'.repeat(60)}/deep`,
      'Files/ünïcödé 漢字',
      'Files/line\nbreak',
      'Files/a b',
    ];
    const folder = write(temporaryDirectory(), Object.fromEntries(names.map((name) => [name, `of ${name}`])));
    const tar = await tarOf(folder);
    const copy = temporaryDirectory();
    execFileSync('tar', ['-x', '-C', copy], { input: tar });
    expect(execFileSync('diff', ['-r', folder, copy]).toString()).toBe('');
    const listed = execFileSync('tar', ['-t', '--quoting-style=literal', '--null'], {
      input: tar,
    }).toString();
    for (const name of names) expect(listed).toContain(name);
  });

  test('equal folders give equal bytes', async () => {
    const content = { 'Files/b': 'b', 'Files/a/c': 'c', 'Hives/Software_Delta': 'x' };
    expect(await tarOf(write(temporaryDirectory(), content))).toEqual(
      await tarOf(write(temporaryDirectory(), Object.fromEntries(Object.entries(content).reverse()))),
    );
  });

  test('links are told and not followed; what is no file is left out', async () => {
    const folder = write(temporaryDirectory(), { 'Files/real.dll': PROGRAM });
    linkSync(join(folder, 'Files/real.dll'), join(folder, 'Files/second.dll'));
    symlinkSync('/etc/passwd', join(folder, 'Files/secrets'));
    symlinkSync('/etc', join(folder, 'Files/settings'));
    execFileSync('mkfifo', [join(folder, 'Files/pipe')]);
    const listed = execFileSync('tar', ['-tv'], { input: await tarOf(folder) }).toString();
    expect(listed).toMatch(/second\.dll link to Files\/real\.dll/);
    expect(listed).toMatch(/secrets -> \/etc\/passwd/);
    expect(listed).toMatch(/settings -> \/etc\n/);
    expect(listed).not.toMatch(/pipe|root:/);
  });

  test('a file that shrinks while it is read is named', async () => {
    const folder = write(temporaryDirectory(), { 'Files/log': Buffer.alloc(3 * 1024 * 1024) });
    const reading = (async () => {
      for await (const chunk of folderTar({ path: folder, kind: 'layer' })) {
        if (chunk.length > 512) truncateSync(join(folder, 'Files/log'), 100);
      }
    })();
    await expect(reading).rejects.toMatchObject({
      code: 'UNREADABLE',
      message: expect.stringMatching(/Files\/log/),
    });
  });
});

describe('dir:', () => {
  test('an unpacked layer gives what the layer gives', async () => {
    const entries = [
      ...baseLayer({ revision: 4294 }).entries,
      file('Files/Windows/WinSxS/x/app.dll', PROGRAM),
      hardlink('Files/app.dll', 'Files/Windows/WinSxS/x/app.dll'),
    ];
    const { facts, inventory } = await read(`dir:${unpacked(entries)}`);
    expect(inventory.os).toMatchObject({ build: 20348, revision: 4294, installationType: 'Server Core' });
    expect(facts.layers[0]?.files.map(({ path }) => path)).toEqual(['FILES/APP.DLL']);
  });

  test('a system drive is what a layer has below Files', async () => {
    const folder = unpacked(baseLayer({ revision: 17 }).entries);
    expect((await read(`dir:${join(folder, 'Files')}/`)).inventory.os).toMatchObject({ revision: 17 });
  });

  test.each([
    [{ 'readme.txt': '' }, /neither Files and Hives.*nor Windows\/System32/],
    [{ 'one/Files/x': '', 'two/Files/x': '' }, /holds 2 layers and is none itself; name the topmost/],
  ])('%j is no layer', async (content, words) => {
    await expect(openImage(`dir:${write(temporaryDirectory(), content)}`)).rejects.toMatchObject({
      code: 'NOT_AN_IMAGE',
      message: expect.stringMatching(words),
    });
  });

  test('nothing there', async () => {
    await expect(openImage('dir:/nowhere')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a chain of windowsfilter', () => {
  const places = (...names: string[]): string =>
    JSON.stringify(names.map((name) => `C:\\ProgramData\\docker\\windowsfilter\\${name}`));

  /** Three layers as a host keeps them; the registry that Windows merged lies beside each delta. */
  function host(): string {
    const root = temporaryDirectory();
    unpacked([...baseLayer({ revision: 1 }).entries, file('Files/old.dll', PROGRAM)], join(root, 'base'));
    unpacked([...updateLayer(5000).entries, file('Files/kept.dll', PROGRAM)], join(root, 'update'));
    write(join(root, 'update'), {
      'layerchain.json': places('base'),
      'Hives/Software_Base': hiveFromPaths({
        [CURRENT_VERSION]: [...IDENTITY, dword('UBR', 5000)],
      }),
      'tombstones.txt': '\ufeffVersion 1.0\n\\old.dll\n',
      'blank-base.vhdx': 'not for us',
      layout: 'vhd-with-hives\n',
    });
    write(join(root, 'app'), {
      'Files/app.dll': PROGRAM,
      'Files/$Recycle.Bin/gone.dll': PROGRAM,
      'Files/x.$wcidirs$': 'state',
      'layerchain.json': places('update', 'base'),
    });
    return root;
  }

  const IDENTITY = [sz('CurrentBuildNumber', '20348'), sz('InstallationType', 'Nano Server')];

  test('is read bottom first, with removals and without what the host keeps for itself', async () => {
    const { facts, inventory, notices } = await read(`dir:${join(host(), 'app')}`);
    expect(facts.layers).toHaveLength(3);
    expect(inventory.os).toMatchObject({ revision: 5000, introducedIn: facts.layers[1]?.digest });
    expect(facts.layers.map(({ files }) => files.map(({ path }) => path))).toEqual([
      ['FILES/OLD.DLL'],
      ['FILES/KEPT.DLL'],
      ['FILES/APP.DLL'],
    ]);
    expect(facts.layers[1]?.whiteouts).toEqual(['FILES/OLD.DLL']);
    expect(notices).toEqual([]);
  });

  test('without its base the registry that Windows merged stands in, and the report says what is missing', async () => {
    const root = host();
    execFileSync('rm', ['-r', join(root, 'base')]);
    const { facts, inventory, notices } = await read(`dir:${join(root, 'app')}`);
    expect(facts.layers).toHaveLength(2);
    expect(inventory.os).toMatchObject({ build: 20348, revision: 5000, installationType: 'Nano Server' });
    expect(notices).toEqual([expect.stringMatching(/1 lower layer of the chain \(base\).*files/)]);
  });

  test.each([
    ['not a list', '{}', /not a list of folders/],
    ['damaged', '[', /not valid JSON/],
    ['a way out', places('..'), /no folder of a layer/],
    ['a circle', places('app'), /twice/],
    [
      'without end',
      JSON.stringify(Array.from({ length: 128 }, (_, index) => `C:\\x\\l${index}`)),
      /128 layers/,
    ],
  ])('a chain that is %s is an error', async (_what, chain, words) => {
    const root = host();
    write(join(root, 'app'), { 'layerchain.json': chain });
    await expect(openImage(`dir:${join(root, 'app')}`)).rejects.toMatchObject({
      code: 'INVALID_DOCUMENT',
      message: expect.stringMatching(words),
    });
  });
});
