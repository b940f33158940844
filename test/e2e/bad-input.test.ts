// Damaged and hostile input: one plain sentence, exit code 1, no report, no stack trace.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import { buildCvrf, writeFeed } from '../builders/cvrf.ts';
import { hiveFromPaths, sz } from '../builders/hive.ts';
import { type BuiltImage, buildImage, type LayerSpec, ociLayout, writeFiles } from '../builders/image.ts';
import { SMALL_FEED } from '../builders/small-feed.ts';
import { file, hardlink, type TarEntrySpec } from '../builders/tar.ts';
import { temporaryDirectory } from '../builders/temporary-directory.ts';
import { baseLayer, CONFIG, updateLayer } from '../builders/windows-image.ts';
import { type CommandResult, clearstory, finished, start } from './run-command.ts';

async function withAdvisories(): Promise<{ folder: string; cache: string }> {
  const folder = temporaryDirectory();
  const cache = join(folder, 'cache');
  await writeFeed(join(folder, 'feed'), SMALL_FEED);
  expect((await clearstory(['update', '--from', join(folder, 'feed')], cache)).code).toBe(0);
  return { folder, cache };
}

/** Scans an image whose first layer's blob was changed after the manifest named its digest. */
async function scanDamaged(image: BuiltImage, damage?: (blob: Buffer) => Buffer): Promise<CommandResult> {
  const { folder, cache } = await withAdvisories();
  const layout = join(folder, 'image');
  writeFiles(layout, ociLayout([image]));
  if (damage) {
    const path = join(layout, 'blobs', 'sha256', image.layers[0]!.digest.slice('sha256:'.length));
    writeFileSync(path, damage(readFileSync(path)));
  }
  return clearstory(
    ['scan', `oci-dir:${layout}`, '-q', '-o', 'table', '-o', `json=${folder}/report.json`],
    cache,
  );
}

async function scanImage(image: BuiltImage, options: readonly string[]): Promise<CommandResult> {
  const { folder, cache } = await withAdvisories();
  const layout = join(folder, 'image');
  writeFiles(layout, ociLayout([image]));
  return clearstory(['scan', `oci-dir:${layout}`, '-q', ...options], cache);
}

function expectOneSentence(result: CommandResult, says: RegExp): void {
  expect(result.stderr).toMatch(says);
  expect(result.code).toBe(1);
  expect(result.stdout).toBe('');
  expect(result.stderr.trim().split('\n')).toHaveLength(1);
  expect(result.stderr).toMatch(/^clearstory: /);
  expect(result.stderr).not.toMatch(/\n\s+at |fault in clearstory/);
}

const withEntries = (...entries: TarEntrySpec[]): BuiltImage => {
  const base: LayerSpec = baseLayer();
  return buildImage({ layers: [{ ...base, entries: [...base.entries, ...entries] }] });
};

/** Points the subkey list of the root at the root itself. */
function endlessHive(): Buffer {
  const hive = hiveFromPaths({ Microsoft: [sz('a', 'b')] });
  const root = hive.readUInt32LE(36);
  const list = hive.readUInt32LE(4096 + root + 4 + 28);
  hive.writeUInt32LE(root, 4096 + list + 4 + 4);
  return hive;
}

describe('a layer that is', () => {
  test('cut off', async () => {
    const result = await scanDamaged(buildImage({ layers: [baseLayer()] }), (blob) =>
      blob.subarray(0, blob.length / 2),
    );
    expectOneSentence(result, /layer 1 of 1 \(sha256:[0-9a-f]{12}…\): .*damaged/);
  });

  test.each([10, 100, 700])('flipped in byte %i', async (at) => {
    const result = await scanDamaged(buildImage({ layers: [baseLayer()] }), (blob) => {
      blob[at]! ^= 0x10;
      return blob;
    });
    expectOneSentence(result, /layer 1 of 1 /);
  });

  test('another one', async () => {
    const other = buildImage({ layers: [updateLayer(1)] });
    const result = await scanDamaged(buildImage({ layers: [baseLayer()] }), () => other.layers[0]!.blob);
    expectOneSentence(result, /its bytes have the digest sha256:[0-9a-f]{64}: damaged, or another layer/);
  });

  test('not what the config says', async () => {
    const honest = buildImage({ layers: [baseLayer()] });
    const forged = buildImage({
      layers: [baseLayer()],
      config: { rootfs: { type: 'layers', diff_ids: [`sha256:${'0'.repeat(64)}`] } },
    });
    expect(honest.layers[0]!.digest).toBe(forged.layers[0]!.digest);
    expectOneSentence(
      await scanDamaged(forged),
      /unpacked it is sha256:.*, the image config names sha256:000/,
    );
  });

  test('no archive at all', async () => {
    const result = await scanDamaged(buildImage({ layers: [baseLayer()] }), () =>
      Buffer.from('<html>not found</html>'),
    );
    expectOneSentence(result, /layer 1 of 1 /);
  });

  test.each([
    ['Files/../../etc/passwd', /climbs out/],
    ['C:/Windows/evil.dll', /drive letter/],
    ['Files\\Windows', /backslash/],
    ['Files/Windows\\System32', /backslash/],
  ])('hostile: %s', async (path, says) => {
    expectOneSentence(await scanDamaged(withEntries(file(path, 'x'))), says);
  });

  test('missing', async () => {
    const { folder, cache } = await withAdvisories();
    const image = buildImage({ layers: [baseLayer()] });
    const layout = join(folder, 'image');
    writeFiles(layout, ociLayout([image]));
    rmSync(join(layout, 'blobs', 'sha256', image.layers[0]!.digest.slice('sha256:'.length)));
    expectOneSentence(await clearstory(['scan', `oci-dir:${layout}`, '-q'], cache), /blobs\/sha256\//);
  });
});

describe('a hive that is', () => {
  const hiveImage = (content: Uint8Array | string, statedSize?: number): BuiltImage =>
    buildImage({
      osVersion: '10.0.20348.4294',
      layers: [{ entries: [{ ...file(`${CONFIG}/SOFTWARE`, content), ...(statedSize && { statedSize }) }] }],
    });
  const cut = hiveFromPaths({ Microsoft: [sz('a', 'b')] }).subarray(0, 4100);

  test.each([
    ['endless', endlessHive(), /belongs to two records at offset 0x/],
    ['garbage', 'this is no hive', /at offset 0x0/],
    ['cut off', cut, /at offset 0x/],
  ])('%s is a warning, and the config stands in', async (_what, content, reason) => {
    const { code, stdout, stderr } = await scanImage(hiveImage(content), ['-o', 'json']);
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout) as Report;
    expect(report.warnings).toMatchObject([
      { path: `${CONFIG}/SOFTWARE`, reason: expect.stringMatching(reason) },
    ]);
    expect(report.os?.version).toBe('10.0.20348.4294');
    expect(report.uncertain).toBe(true);
    expect(report.notices.map((notice) => notice.code)).toEqual(
      expect.arrayContaining(['HIVE_DAMAGED', 'STATED_ONLY', 'FILES_UNREADABLE']),
    );
  });

  test('four gigabytes, of which the layer has four bytes', async () => {
    expectOneSentence(await scanDamaged(hiveImage('regf', 4_294_967_296)), /layer 1 of 1/);
  });
});

describe('a target that is', () => {
  test.each([
    ['oci-dir:/nowhere', /\/nowhere/],
    [
      'registry.invalid/windows/servercore:ltsc2022',
      /registry\.invalid cannot be reached: its name cannot be resolved/,
    ],
    ['./image.tar', /oci-archive:/],
    ['https://quay.io/a/b', /leave out the scheme/],
    ['https://me:s3cret@quay.io/a/b', /credentials.*--username/],
    ['me:s3cret@quay.io/a/b', /credentials.*--username/],
  ])('wrong: %s', async (target, says) => {
    const { cache } = await withAdvisories();
    const result = await clearstory(['scan', target], cache);
    expectOneSentence(result, says);
    expect(result.stderr).not.toContain('s3cret');
  });

  test('an index that points nowhere', async () => {
    const { folder, cache } = await withAdvisories();
    const layout = join(folder, 'image');
    writeFiles(layout, ociLayout([{ image: buildImage(), absent: true }]));
    expectOneSentence(await clearstory(['scan', `oci-dir:${layout}`], cache), /image/);
  });

  test('an output that cannot be written leaves nothing behind', async () => {
    const { folder, cache } = await withAdvisories();
    writeFiles(
      join(folder, 'image'),
      ociLayout([buildImage({ osVersion: '10.0.20348.4294', layers: [baseLayer()] })]),
    );
    const args = [
      'scan',
      `oci-dir:${folder}/image`,
      '-q',
      '-o',
      'table',
      '-o',
      `json=${folder}/nowhere/report.json`,
    ];
    expectOneSentence(await clearstory(args, cache), /nowhere\/report\.json: cannot be written/);
  });
});

describe('a feed whose document is cut', () => {
  test('at first: nothing is taken', async () => {
    const folder = temporaryDirectory();
    await writeFeed(folder, SMALL_FEED);
    writeFileSync(join(folder, '2025-Jun.xml'), buildCvrf(SMALL_FEED[0]!).slice(0, 2000));
    const result = await clearstory(['update', '-q', '--from', folder], join(folder, 'cache'));
    expectOneSentence(result, /2025-Jun: not well-formed XML or cut off/);
  });

  test('later: the last good stays', async () => {
    const { folder, cache } = await withAdvisories();
    const xml = buildCvrf(SMALL_FEED[0]!);
    writeFileSync(join(folder, 'feed', '2025-Jun.xml'), xml.slice(0, xml.length - 100));
    const update = await clearstory(['update', '-q', '--from', join(folder, 'feed')], cache);
    expect(update.code).toBe(1);
    writeFiles(
      join(folder, 'image'),
      ociLayout([buildImage({ osVersion: '10.0.20348.4294', layers: [baseLayer()] })]),
    );
    const scan = await clearstory(['scan', `oci-dir:${folder}/image`, '-q'], cache);
    expect(scan.code).toBe(0);
    expect(scan.stdout).toContain('CVE-2025-0002');
  });
});

describe('hard links', () => {
  test('a hive that is another name of a file in the same layer, or of one below, is read', async () => {
    const { folder, cache } = await withAdvisories();
    const [software, system] = baseLayer().entries;
    const layers = [
      { entries: [{ ...software!, path: 'Files/Windows/Store/first' }] },
      { entries: [system!, hardlink(`${CONFIG}/SOFTWARE`, 'Files/Windows/Store/first')] },
    ];
    for (const specification of [layers, [{ entries: layers.flatMap((layer) => layer.entries) }]]) {
      const layout = join(folder, `image-${specification.length}`);
      writeFiles(layout, ociLayout([buildImage({ osVersion: '10.0.20348.4294', layers: specification })]));
      for (const attempt of ['first', 'cached']) {
        const { code, stdout, stderr } = await clearstory(['scan', `oci-dir:${layout}`, '-q'], cache);
        expect(code, `${attempt}: ${stderr}${stdout}`).toBe(0);
        expect(stdout).toContain('10.0.20348.4294');
      }
    }
  });
});

test('a scan killed at any moment leaves a cache that works', { timeout: 120_000 }, async () => {
  const { folder, cache } = await withAdvisories();
  const many = Array.from({ length: 3000 }, (_, index) =>
    file(`Files/file${index}`, Buffer.alloc(20_000, index)),
  );
  const base = baseLayer();
  const image = buildImage({
    osVersion: '10.0.20348.5000',
    layers: [{ ...base, entries: [...base.entries, ...many] }, updateLayer(5000)],
  });
  writeFiles(join(folder, 'image'), ociLayout([image]));
  const args = ['scan', `oci-dir:${folder}/image`, '-q', '-o', 'json'];
  for (let attempt = 0; attempt < 12; attempt++) {
    const child = start(args, cache);
    setTimeout(() => child.kill('SIGKILL'), 60 + attempt * 40);
    await finished(child);
  }
  const { code, stdout, stderr } = await clearstory(args, cache);
  expect(code, stderr).toBe(0);
  expect((JSON.parse(stdout) as { os: { version: string } }).os.version).toBe('10.0.20348.5000');
});
