import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildImage, type Listing, ociLayout, writeArchive, writeFiles } from '../../test/builders/image.ts';
import { openImage } from '../../test/builders/open-image.ts';
import { failure, layout, opened } from '../../test/builders/opened-layout.ts';
import { file } from '../../test/builders/tar.ts';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import { digestHex, digestOf } from '../base/digest.ts';
import type { ImageError } from './image-error.ts';
import type { Image, LayerDescriptor } from './image-source.ts';

const TWO_LAYERS = buildImage({
  layers: [
    { entries: [file('Files/base.txt', 'base')] },
    { entries: [file('Files/update.txt', 'update')], compression: 'zstd' },
  ],
  history: [
    { created_by: 'Apply image 10.0.20348.1' },
    { created_by: 'ENV A=B', empty_layer: true },
    { created_by: 'Install update 10.0.20348.2322' },
  ],
  env: ['A=B'],
});

async function layerBytes(image: Image, layer: LayerDescriptor): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of image.openLayer(layer)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function archive(listing: Listing, compression: 'none' | 'gzip' | 'zstd'): string {
  const path = join(temporaryDirectory(), 'image.tar');
  writeArchive(path, ociLayout(listing), { compression });
  return `oci-archive:${path}`;
}

describe.each<[string, () => string]>([
  ['oci-dir', () => layout([TWO_LAYERS])],
  ['oci-archive', () => archive([TWO_LAYERS], 'none')],
  ['oci-archive with gzip', () => archive([TWO_LAYERS], 'gzip')],
  ['oci-archive with zstd', () => archive([TWO_LAYERS], 'zstd')],
])('%s', (_name, make) => {
  test('gives config, layers and their bytes', async () => {
    const target = make();
    const image = await openImage(target);
    expect(image).toMatchObject({ target, digest: TWO_LAYERS.digest });
    expect(image.config).toMatchObject({
      os: 'windows',
      architecture: 'amd64',
      osVersion: '10.0.20348.2322',
      env: ['A=B'],
      diffIds: TWO_LAYERS.layers.map((layer) => layer.diffId),
    });
    expect(image.config.history).toHaveLength(3);
    expect(image.layers).toEqual([
      {
        digest: TWO_LAYERS.layers[0]!.digest,
        diffId: TWO_LAYERS.layers[0]!.diffId,
        mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
        sizeBytes: TWO_LAYERS.layers[0]!.blob.length,
        createdBy: 'Apply image 10.0.20348.1',
        foreign: false,
      },
      {
        digest: TWO_LAYERS.layers[1]!.digest,
        diffId: TWO_LAYERS.layers[1]!.diffId,
        mediaType: 'application/vnd.docker.image.rootfs.diff.tar.zstd',
        sizeBytes: TWO_LAYERS.layers[1]!.blob.length,
        createdBy: 'Install update 10.0.20348.2322',
        foreign: false,
      },
    ]);
    for (const [index, layer] of image.layers.entries()) {
      expect((await layerBytes(image, layer)).equals(TWO_LAYERS.layers[index]!.blob)).toBe(true);
    }
    await image.close();
  });
});

test.each(['./', '/', 'x/../'])('oci-archive: names may start with %s', async (prefix) => {
  const path = join(temporaryDirectory(), 'image.tar');
  const files = [...ociLayout([TWO_LAYERS])].map(([name, content]) => [`${prefix}${name}`, content] as const);
  writeArchive(path, new Map(files));
  expect((await opened(`oci-archive:${path}`)).digest).toBe(TWO_LAYERS.digest);
});

describe('layers', () => {
  test('history that does not correspond is left out', async () => {
    const image = await opened(layout([buildImage({ history: [{ created_by: 'a' }, { created_by: 'b' }] })]));
    expect(image.layers[0]).not.toHaveProperty('createdBy');
  });

  test('a foreign layer is marked, and its absence explained', async () => {
    const spec = { entries: [file('Files/base.txt', 'base')], foreign: true, absent: true };
    const image = await openImage(layout([buildImage({ layers: [spec] })]));
    const layer = image.layers[0]!;
    expect(layer).toMatchObject({ foreign: true, urls: [expect.stringContaining('https://mcr.example/')] });
    await expect(layerBytes(image, layer)).rejects.toMatchObject({
      code: 'BLOB_MISSING',
      message: expect.stringMatching(/mcr\.example/),
    });
    await image.close();
  });

  test('a missing layer is named with its path', async () => {
    const built = buildImage({ layers: [{ entries: [file('Files/a', 'a')], absent: true }] });
    const image = await openImage(layout([built]));
    const name = `blobs/sha256/${digestHex(built.layers[0]!.digest)}`;
    await expect(layerBytes(image, image.layers[0]!)).rejects.toMatchObject({
      code: 'BLOB_MISSING',
      message: expect.stringContaining(name),
    });
    await image.close();
  });

  test('large layers come in chunks of 1 MiB and can be aborted', async () => {
    const entries = [file('Files/large', Buffer.alloc(3 * 2 ** 20, 'large'))];
    const image = await openImage(layout([buildImage({ layers: [{ entries, compression: 'none' }] })]));
    const sizes: number[] = [];
    for await (const chunk of image.openLayer(image.layers[0]!)) sizes.push(chunk.length);
    expect(sizes.slice(0, 3)).toEqual([2 ** 20, 2 ** 20, 2 ** 20]);
    const abort = new AbortController();
    const consume = async () => {
      for await (const _chunk of image.openLayer(image.layers[0]!, { signal: abort.signal })) abort.abort();
    };
    await expect(consume()).rejects.toMatchObject({ name: 'AbortError' });
    await image.close();
  });
});

describe('tags and digests', () => {
  const other = buildImage({ osVersion: '10.0.17763.5458' });

  test('a tag chooses', async () => {
    const target = layout([
      { image: TWO_LAYERS, tag: 'ltsc2022' },
      { image: other, tag: 'ltsc2019' },
    ]);
    expect((await opened(`${target}:ltsc2022`)).digest).toBe(TWO_LAYERS.digest);
    expect((await opened(`${target}:ltsc2019`)).digest).toBe(other.digest);
  });

  test("containerd's full name chooses too", async () => {
    const name = 'registry.example:5000/app:v1';
    const target = layout([
      { image: TWO_LAYERS, tag: 'v1', annotations: { 'io.containerd.image.name': name } },
      { image: other, tag: 'v2' },
    ]);
    expect((await opened(`${target}:${name}`)).digest).toBe(TWO_LAYERS.digest);
  });

  test('several tags without a choice are listed', async () => {
    const target = layout([
      { image: TWO_LAYERS, tag: 'ltsc2022' },
      { image: other, tag: 'ltsc2019' },
    ]);
    const error = await failure(target);
    expect(error.code).toBe('TAG_AMBIGUOUS');
    expect(error.message).toMatch(/\n {2}:ltsc2019\n {2}:ltsc2022$/);
  });

  test('two tags of one image need no choice', async () => {
    const target = layout([
      { image: TWO_LAYERS, tag: 'latest' },
      { image: TWO_LAYERS, tag: 'ltsc2022' },
    ]);
    expect((await opened(target)).digest).toBe(TWO_LAYERS.digest);
  });

  test('an unknown tag names those that are there', async () => {
    const error = await failure(`${layout([{ image: TWO_LAYERS, tag: 'ltsc2022' }])}:nope`);
    expect(error).toMatchObject({ code: 'NOT_FOUND', message: expect.stringMatching(/nope.*ltsc2022/) });
  });

  test('a digest chooses, at the top or inside an index', async () => {
    for (const options of [{ nested: false }, { nested: true }]) {
      const target = layout([TWO_LAYERS, other], options);
      expect((await opened(`${target}@${other.digest}`)).digest).toBe(other.digest);
    }
    const absent = digestOf(Buffer.from('absent'));
    expect((await failure(`${layout([TWO_LAYERS])}@${absent}`)).code).toBe('BLOB_MISSING');
  });

  test('a path may hold colons', async () => {
    const directory = join(temporaryDirectory(), 'a:b');
    writeFiles(directory, ociLayout([{ image: TWO_LAYERS, tag: 'v1' }]));
    expect((await opened(`oci-dir:${directory}`)).digest).toBe(TWO_LAYERS.digest);
    expect((await opened(`oci-dir:${directory}:v1`)).digest).toBe(TWO_LAYERS.digest);
  });
});

describe('what is refused', () => {
  async function broken(edit: (directory: string) => void, image = TWO_LAYERS): Promise<ImageError> {
    const target = layout([image]);
    edit(target.slice('oci-dir:'.length));
    return failure(target);
  }
  const blob = (directory: string, digest: string) => join(directory, 'blobs/sha256', digest.slice(7));

  test('nothing, a file, a directory without index', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'file'), '');
    expect(await failure(`oci-dir:${directory}/none:tag`)).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/none:tag/),
    });
    expect(await failure(`oci-dir:${directory}/file`)).toMatchObject({
      code: 'NOT_AN_IMAGE',
      message: expect.stringMatching(/oci-archive:/),
    });
    expect(await failure(`oci-archive:${directory}`)).toMatchObject({
      code: 'NOT_AN_IMAGE',
      message: expect.stringMatching(/oci-dir:/),
    });
    expect(await failure(`oci-dir:${directory}`)).toMatchObject({
      code: 'NOT_AN_IMAGE',
      message: expect.stringMatching(/index\.json/),
    });
    expect((await failure(`oci-archive:${directory}/file`)).code).toBe('NOT_AN_IMAGE');
  });

  test('a damaged archive', async () => {
    const path = join(temporaryDirectory(), 'image.tar');
    writeFileSync(path, Buffer.alloc(4096, 'no tar'));
    expect(await failure(`oci-archive:${path}`)).toMatchObject({
      code: 'INVALID_ARCHIVE',
      message: expect.stringMatching(/image\.tar/),
    });
    writeFileSync(path, Buffer.from('1f8b0800', 'hex'));
    expect((await failure(`oci-archive:${path}`)).code).toBe('INVALID_ARCHIVE');
  });

  test('a tampered manifest or config', async () => {
    const manifest = await broken((directory) => writeFileSync(blob(directory, TWO_LAYERS.digest), '{}'));
    expect(manifest.code).toBe('DIGEST_MISMATCH');
    const config = await broken((directory) => writeFileSync(blob(directory, TWO_LAYERS.configDigest), '{}'));
    expect(config.code).toBe('DIGEST_MISMATCH');
  });

  test('a missing config', async () => {
    const error = await broken((directory) => rmSync(blob(directory, TWO_LAYERS.configDigest)));
    expect(error).toMatchObject({
      code: 'BLOB_MISSING',
      message: expect.stringMatching(/blobs\/sha256\/[0-9a-f]{64} is missing/),
    });
  });

  test('a symbolic link or directory in place of a blob or of index.json', async () => {
    const linked = await broken((directory) => {
      renameSync(join(directory, 'index.json'), join(directory, 'elsewhere'));
      symlinkSync('elsewhere', join(directory, 'index.json'));
    });
    expect(linked.code).toBe('UNREADABLE');
    const folder = await broken((directory) => {
      rmSync(blob(directory, TWO_LAYERS.configDigest));
      mkdirSync(blob(directory, TWO_LAYERS.configDigest));
    });
    expect(folder.code).toBe('UNREADABLE');
  });

  test('documents over their limits', async () => {
    const error = await broken((directory) =>
      writeFileSync(join(directory, 'index.json'), ' '.repeat(4 * 2 ** 20 + 1)),
    );
    expect(error.code).toBe('TOO_LARGE');
  });

  test('another number of layers in the config', async () => {
    const image = buildImage({ config: { rootfs: { type: 'layers', diff_ids: [] } } });
    expect(await failure(layout([image]))).toMatchObject({
      code: 'INVALID_DOCUMENT',
      message: expect.stringMatching(/1 layers.*but 0/),
    });
  });

  test('digests of other algorithms, and paths in their place', async () => {
    for (const digest of [`sha512:${'0'.repeat(128)}`, '../../etc/passwd', 'sha256:../../../x']) {
      const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: 2 };
      expect((await failure(layout([buildImage({ manifest: { config } })]))).code).toBe('INVALID_DOCUMENT');
    }
  });

  test('documents that are manifest and index at once, and schema 1', async () => {
    expect((await failure(layout([buildImage({ manifest: { manifests: [] } })]))).code).toBe(
      'INVALID_DOCUMENT',
    );
    expect((await failure(layout([buildImage({ manifest: { fsLayers: [] } })]))).code).toBe('NOT_AN_IMAGE');
  });

  test('an index nested in an index nested in an index …', async () => {
    const directory = temporaryDirectory();
    const files = ociLayout([TWO_LAYERS]);
    let content = files.get('index.json')!;
    for (let depth = 0; depth < 6; depth++) {
      files.set(`blobs/sha256/${digestHex(digestOf(content))}`, content);
      const mediaType = 'application/vnd.oci.image.index.v1+json';
      content = Buffer.from(
        JSON.stringify({ manifests: [{ mediaType, digest: digestOf(content), size: 1 }] }),
      );
    }
    writeFiles(directory, files.set('index.json', content));
    expect((await failure(`oci-dir:${directory}`)).code).toBe('INVALID_DOCUMENT');
  });
});

describe('configs in the wild', () => {
  test('keys match regardless of case, as in Microsoft base images', async () => {
    const image = buildImage();
    const diffIds = image.layers.map((layer) => layer.diffId);
    const odd = buildImage({
      config: {
        rootfs: undefined,
        rootfS: { type: 'layers', diff_ids: diffIds },
        config: { env: ['A=1'], user: 'x' },
      },
    });
    expect((await opened(layout([odd]))).config).toMatchObject({
      diffIds,
      env: ['A=1'],
      osVersion: '10.0.20348.2322',
    });
  });

  test('null is as good as absent', async () => {
    const image = buildImage({ config: { history: null, config: null, 'os.version': null, created: '' } });
    const { config } = await opened(layout([image]));
    expect(config).toMatchObject({ history: [], env: [] });
    expect(config).not.toHaveProperty('osVersion');
    expect(config).not.toHaveProperty('created');
  });
});

test('a compressed archive leaves no temporary file behind', async () => {
  const folder = mkdtempSync(join(temporaryDirectory(), 'tmp-'));
  const before = process.env.TMPDIR;
  const target = archive([TWO_LAYERS], 'gzip');
  process.env.TMPDIR = folder;
  try {
    expect(tmpdir()).toBe(folder);
    const image = await openImage(target);
    expect(readdirSync(folder)).toEqual([]);
    expect((await layerBytes(image, image.layers[1]!)).equals(TWO_LAYERS.layers[1]!.blob)).toBe(true);
    await image.close();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
});
