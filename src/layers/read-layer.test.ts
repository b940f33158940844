import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { compress } from '../../test/builders/compress.ts';
import { dword, hiveFromPaths } from '../../test/builders/hive.ts';
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
import { baseLayer, CONFIG, CURRENT_VERSION, updateLayer } from '../../test/builders/windows-image.ts';
import { type Digest, digestOf } from '../base/digest.ts';
import type { Compression } from '../formats/compression/detect-compression.ts';
import { LayerError } from './layer-error.ts';
import { type LayerSource, readLayer, readLinked } from './read-layer.ts';

interface Opened extends LayerSource {
  /** How often the layer was read. */
  opened: number;
}

function source(
  entries: readonly TarEntrySpec[],
  compression: Compression = 'gzip',
  chunkBytes = 1000,
): Opened {
  const tar = buildTar(entries);
  const blob = compress(tar, compression);
  const made: Opened = {
    opened: 0,
    async *open() {
      made.opened++;
      for (let at = 0; at < blob.length; at += chunkBytes) yield blob.subarray(at, at + chunkBytes);
    },
    where: 'layer 1 of 1',
    digest: digestOf(blob),
    diffId: digestOf(tar),
  };
  return made;
}

const NTDLL = 'Files/Windows/System32/ntdll.dll';
const pe = (version: string): Buffer => buildPe({ versions: [{ file: version }] });

describe('readLayer', () => {
  test('keeps what is of interest, and only that', async () => {
    const entries = [
      directory('Files'),
      ...baseLayer({ revision: 4294 }).entries,
      file('Files/Windows/System32/other.dll', pe('10.0.20348.9999')),
      file(NTDLL, pe('10.0.20348.4294')),
      file(`${CONFIG}/SOFTWARE:stream`, 'not the hive'),
      file(`UtilityVM/${CONFIG}/SOFTWARE`, 'another Windows'),
      symlink('Files/Users/All Users', 'C:\\ProgramData'),
      whiteout('Files/Temp/old.txt'),
    ];
    const layer = source(entries);
    const facts = await readLayer(layer);
    expect(facts).toMatchObject({
      digest: layer.digest,
      diffId: layer.diffId,
      entries: entries.length,
      links: [],
    });
    expect(facts.hives.map(({ hive, role, state, path }) => [hive, role, state, path])).toEqual([
      ['SOFTWARE', 'base', 'clean', `${CONFIG}/SOFTWARE`],
      ['SYSTEM', 'base', 'clean', `${CONFIG}/SYSTEM`],
    ]);
    expect(facts.files.map(({ path, pe: found }) => [path, found?.architecture, found?.fileVersion])).toEqual(
      [
        ['FILES/WINDOWS/SYSTEM32/OTHER.DLL', 'amd64', '10.0.20348.9999'],
        [NTDLL.toUpperCase(), 'amd64', '10.0.20348.4294'],
      ],
    );
    expect(facts.names).toEqual({
      [CONFIG]: ['SOFTWARE', 'SYSTEM'],
      'Files/Windows/System32': ['other.dll', 'ntdll.dll'],
      'Files/Users': ['All Users'],
    });
    expect(facts.whiteouts).toEqual(['FILES/TEMP/OLD.TXT']);
    expect(layer.opened).toBe(1);
  });

  test('paths compare without case', async () => {
    const [software] = baseLayer().entries;
    const facts = await readLayer(source([{ ...software!, path: 'files/WINDOWS/system32/Config/software' }]));
    expect(facts.hives).toHaveLength(1);
  });

  test.each(['none', 'gzip', 'zstd'] as const)('gives the same facts from %s', async (compression) => {
    const { entries } = updateLayer(5000);
    const plain = await readLayer(source(entries, 'none'));
    const facts = await readLayer(source(entries, compression, 7));
    expect({ ...facts, digest: plain.digest, sizeBytes: plain.sizeBytes }).toEqual(plain);
  });

  test('empty hives are no damage', async () => {
    const facts = await readLayer(source([file('Hives/Software_Delta', ''), file(`${CONFIG}/SOFTWARE`, '')]));
    expect(facts.hives.map(({ role, state }) => [role, state])).toEqual([
      ['delta', 'empty'],
      ['base', 'empty'],
    ]);
  });

  test('both digests must be right', async () => {
    const other: Digest = `sha256:${'0'.repeat(64)}`;
    const layer = source(updateLayer(1).entries);
    await expect(readLayer({ ...layer, digest: other })).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    await expect(readLayer({ ...layer, diffId: other })).rejects.toMatchObject({ code: 'DIFF_ID_MISMATCH' });
    await expect(readLayer({ ...layer, digest: undefined })).resolves.toMatchObject({ digest: layer.digest });
  });

  test('a layer may be named by its SHA-512', async () => {
    const layer = source(updateLayer(1).entries);
    const bytes: Uint8Array[] = [];
    for await (const chunk of layer.open()) bytes.push(chunk);
    const digest: Digest = `sha512:${createHash('sha512').update(Buffer.concat(bytes)).digest('hex')}`;
    await expect(readLayer({ ...layer, digest })).resolves.toMatchObject({ digest, diffId: layer.diffId });
    const other: Digest = `sha512:${'0'.repeat(128)}`;
    await expect(readLayer({ ...layer, digest: other })).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });

  test('what is wrong with bytes is told only of those that are the layer', async () => {
    const page = Buffer.alloc(300_000, '<p>no archive</p>');
    const layer = (digest: Digest): LayerSource => ({
      async *open() {
        for (let at = 0; at < page.length; at += 1000) yield page.subarray(at, at + 1000);
      },
      where: 'layer 1 of 1',
      digest,
      diffId: undefined,
    });
    await expect(readLayer(layer(digestOf(page)))).rejects.toMatchObject({
      code: 'UNREADABLE',
      cause: { code: 'BAD_CHECKSUM' },
    });
    const other: Digest = `sha256:${'0'.repeat(64)}`;
    await expect(readLayer(layer(other))).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });

  test('names without end are a limit, not a crash', async () => {
    const long = 'x'.repeat(30_000);
    const entries = Array.from({ length: 2300 }, (_, index) => file(`Files/${index}/${long}`));
    await expect(readLayer(source(entries, 'none', 1e6))).rejects.toMatchObject({ code: 'TOO_LARGE' });
  }, 30_000);

  test('every failure is a LayerError that says where', async () => {
    const hostile = source([file('Files/../../etc/passwd', '')]);
    await expect(readLayer(hostile)).rejects.toThrow(LayerError);
    await expect(readLayer(hostile)).rejects.toThrow(/^layer 1 of 1: the entry /);
  });

  test('a damaged file is a warning, and the rest is read', async () => {
    const program = pe('10.0.20348.4294');
    const facts = await readLayer(
      source([
        file('Hives/Software_Delta', 'garbage'),
        file('Files/app/cut.exe', program.subarray(0, program.length / 2)),
        file(NTDLL, program),
      ]),
    );
    expect(facts.hives).toMatchObject([{ hive: 'SOFTWARE', role: 'delta', state: 'damaged' }]);
    expect(facts.warnings).toEqual([
      { path: 'Hives/Software_Delta', reason: expect.stringContaining('0x0') },
      { path: 'Files/app/cut.exe', reason: expect.stringContaining('file ends before') },
    ]);
    expect(facts.files.map(({ path }) => path)).toContain(NTDLL.toUpperCase());
  });
});

describe('a dirty hive', () => {
  const dirty = hiveFromPaths(
    { [CURRENT_VERSION]: [dword('UBR', 1)] },
    { primarySequence: 3, secondarySequence: 2 },
  );

  test('waits for its logs, which may come before or after it, and is read without', async () => {
    const log = file(`${CONFIG}/SOFTWARE.LOG1`, 'no log at all');
    for (const entries of [
      [file(`${CONFIG}/SOFTWARE`, dirty), log],
      [log, file(`${CONFIG}/SOFTWARE`, dirty)],
    ]) {
      const facts = await readLayer(source(entries));
      expect(facts.hives.map(({ state }) => state)).toEqual(['dirty']);
      expect(facts.hives[0]?.root).toBeDefined();
    }
  });
});

describe('hard links', () => {
  const stored = file('Files/Windows/WinSxS/amd64_ntdll/ntdll.dll', pe('10.0.20348.7'));

  test('to programs in the component store are followed without a second look', async () => {
    const text = file('Files/Windows/WinSxS/amd64_text/readme.txt', 'no program'.repeat(20));
    const layer = source([
      stored,
      text,
      hardlink(NTDLL, stored.path),
      hardlink('Files/readme.txt', text.path),
    ]);
    const facts = await readLayer(layer);
    expect(facts.files.map(({ path, pe: found }) => [path, found?.fileVersion])).toEqual([
      [NTDLL.toUpperCase(), '10.0.20348.7'],
    ]);
    expect(facts.links).toEqual([]);
    expect(facts.names.Files).toEqual(['readme.txt']);
    expect(layer.opened).toBe(1);
  });

  test('to a file that was not read for what it is called are followed by a second look', async () => {
    const [software] = baseLayer({ revision: 7 }).entries;
    const stray = file('Files/stray.dat', software!.content ?? '');
    const layer = source([stray, hardlink(`${CONFIG}/SOFTWARE`, stray.path)]);
    const facts = await readLayer(layer);
    expect(facts.hives.map(({ hive, path }) => [hive, path])).toEqual([['SOFTWARE', stray.path]]);
    expect(layer.opened).toBe(2);
  });

  test('to a file that was read anyway cost nothing', async () => {
    const kernel = 'Files/Windows/System32/kernel32.dll';
    const layer = source([file(NTDLL, pe('10.0.20348.7')), hardlink(kernel, NTDLL)]);
    const facts = await readLayer(layer);
    expect(facts.files.map(({ path }) => path).sort()).toEqual([kernel.toUpperCase(), NTDLL.toUpperCase()]);
    expect(layer.opened).toBe(1);
  });

  test('two names of one content are both read', async () => {
    const kernel = 'Files/Windows/System32/kernel32.dll';
    const facts = await readLayer(
      source([stored, hardlink(NTDLL, stored.path), hardlink(kernel, stored.path)]),
    );
    expect(facts.files.map(({ path }) => path).sort()).toEqual([kernel.toUpperCase(), NTDLL.toUpperCase()]);
  });

  test('from the utility VM are of no interest, into it they are', async () => {
    const inVm = file('UtilityVM/Files/Windows/System32/ntdll.dll', pe('10.0.20348.8'));
    const outward = await readLayer(source([file(NTDLL, pe('10.0.20348.7')), hardlink(inVm.path, NTDLL)]));
    expect(outward.files.map(({ pe: found }) => found?.fileVersion)).toEqual(['10.0.20348.7']);
    const inward = await readLayer(source([inVm, hardlink(NTDLL, inVm.path)]));
    expect(inward.files.map(({ path }) => path)).toEqual([NTDLL.toUpperCase()]);
  });

  test('to a lower layer are left open, and read there', async () => {
    const upper = await readLayer(source([hardlink(NTDLL, stored.path)]));
    expect(upper.links).toEqual([
      { path: NTDLL.toUpperCase(), target: stored.path.toUpperCase(), byName: false },
    ]);
    const there = await readLinked(source([stored]), upper.links);
    expect(there).toMatchObject({ content: { files: [{ path: NTDLL.toUpperCase() }] }, missing: [] });
    expect(await readLinked(source([file('x', '')]), upper.links)).toMatchObject({
      content: { files: [] },
      missing: upper.links,
    });
  });
});
