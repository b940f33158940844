// A layer that was unpacked gives the facts that it gave while it was packed.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { dword, sz } from '../../test/builders/hive.ts';
import { buildPe } from '../../test/builders/pe.ts';
import {
  buildTar,
  directory,
  file,
  hardlink,
  symlink,
  type TarEntrySpec,
  whiteout,
} from '../../test/builders/tar.ts';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import { baseLayer, CURRENT_VERSION, deltaLayer, UNINSTALL } from '../../test/builders/windows-image.ts';
import { folderTar } from '../images/folder/folder-tar.ts';
import type { LayerFacts } from '../model/layer-facts.ts';
import { readLayer } from './read-layer.ts';

interface Read {
  readonly packed: LayerFacts;
  readonly unpacked: LayerFacts;
}

async function read(entries: readonly TarEntrySpec[]): Promise<Read> {
  const tar = buildTar(entries);
  const folder = temporaryDirectory();
  execFileSync('tar', ['-x', '--warning=no-unknown-keyword', '-C', folder], { input: tar });
  const common = { where: 'the layer', digest: undefined, diffId: undefined };
  return {
    packed: await readLayer({
      ...common,
      async *open() {
        yield tar;
      },
    }),
    unpacked: await readLayer({ ...common, open: () => folderTar({ path: folder, kind: 'layer' }) }),
  };
}

/** All that does not depend on how a tar is written, in an order of its own. */
function content(facts: LayerFacts): unknown {
  const { digest, diffId, sizeBytes, uncompressedBytes, entries, ...rest } = facts;
  return sorted(rest);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => JSON.stringify(sorted(each))).sort();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, sorted(each)]));
}

const PROGRAM = buildPe({ versions: [{ file: '10.0.20348.7' }] });
const OTHER = buildPe({ versions: [{ file: '1.2.3.4' }] });

const PLAIN: readonly TarEntrySpec[] = [
  directory('Files', { fileattr: '16' }),
  file('Files/Windows/System32/ntdll.dll', PROGRAM, { fileattr: '32' }),
  file('Files/Program Files/Ünïcödé/漢字.dll', OTHER),
  file(`Files/${'long folder/'.repeat(30)}deep.dll`, OTHER),
  file('Files/app/note.txt:Zone.Identifier', '[ZoneTransfer]'),
  file('Files/app/package.json', JSON.stringify({ name: 'app', version: '1.0.0' })),
  symlink('Files/app/elsewhere', 'C:\\Windows'),
];

test.each([
  ['a base layer', [...baseLayer({ revision: 4294 }).entries, ...PLAIN]],
  [
    'an update',
    [
      ...deltaLayer({
        [CURRENT_VERSION]: [dword('UBR', 5000)],
        [`${UNINSTALL}\\App`]: [sz('DisplayName', 'App'), sz('DisplayVersion', '1.0')],
      }).entries,
      ...PLAIN,
      whiteout('Files/Windows/old.dll'),
      file('Files/app/.wh..wh..opq'),
    ],
  ],
])('%s', async (_what, entries) => {
  const { packed, unpacked } = await read(entries);
  expect(content(unpacked)).toEqual(content(packed));
  // What is compared is there at all.
  expect(packed.files.map(({ path }) => path)).toContain('FILES/WINDOWS/SYSTEM32/NTDLL.DLL');
  expect(packed.hives.map(({ state }) => state)).toContain('clean');
});

// A file system does not tell which of the names came first, so messages may give another one of them.
test('hard links into the component store', async () => {
  const store = 'Files/Windows/WinSxS/amd64_app_1/app.dll';
  const { packed, unpacked } = await read([
    ...baseLayer().entries,
    file(store, PROGRAM),
    hardlink('Files/Windows/System32/app.dll', store),
    hardlink('Files/Windows/SysWOW64/app.dll', store),
  ]);
  const versions = (facts: LayerFacts): unknown =>
    sorted(facts.files.map(({ path, pe }) => [path, pe?.fileVersion]));
  expect(versions(unpacked)).toEqual(versions(packed));
  expect(packed.files).toHaveLength(2);
});
