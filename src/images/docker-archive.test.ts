import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  buildImage,
  dockerArchive,
  type FileSet,
  type Listing,
  writeArchive,
} from '../../test/builders/image.ts';
import { openImage } from '../../test/builders/open-image.ts';
import { file } from '../../test/builders/tar.ts';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import type { Compression } from '../formats/compression/detect-compression.ts';
import { ImageError } from './image-error.ts';
import type { Image, LayerDescriptor } from './image-source.ts';
import { parsePlatformFilter } from './platform.ts';

const IMAGE = buildImage({
  layers: [{ entries: [file('Files/base.txt', 'base')] }, { entries: [file('Files/app.txt', 'app')] }],
});
const OTHER = buildImage({ osVersion: '10.0.17763.5458' });

async function layerBytes(image: Image, layer: LayerDescriptor): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of image.openLayer(layer)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function write(
  files: FileSet,
  options?: { compression?: Compression; links?: Record<string, string> },
): string {
  const path = join(temporaryDirectory(), 'saved.tar');
  writeArchive(path, files, options);
  return `docker-archive:${path}`;
}

async function failure(target: string, platform?: string): Promise<ImageError> {
  try {
    const image = await openImage(
      target,
      platform === undefined ? {} : { selection: { platform: parsePlatformFilter(platform) } },
    );
    await image.close();
  } catch (error) {
    if (error instanceof ImageError) return error;
    throw error;
  }
  throw new Error('no error was thrown');
}

describe.each(['legacy', 'blobs'] as const)('docker archive, %s', (style) => {
  test.each(['none', 'gzip', 'zstd'] as const)(
    'gives config, layers and bytes (archive: %s)',
    async (compression) => {
      const image = await openImage(
        write(dockerArchive([{ image: IMAGE, tag: 'app:v1' }], style), { compression }),
      );
      expect(image.digest).toBe(IMAGE.configDigest);
      expect(image.config.osVersion).toBe('10.0.20348.2322');
      expect(image.layers).toEqual(
        IMAGE.layers.map((layer, index) => ({
          digest: undefined,
          diffId: layer.diffId,
          mediaType: 'application/vnd.docker.image.rootfs.diff.tar',
          sizeBytes: layer.tar.length,
          createdBy: `step ${index}`,
          foreign: false,
        })),
      );
      for (const [index, layer] of image.layers.entries()) {
        expect((await layerBytes(image, layer)).equals(IMAGE.layers[index]!.tar)).toBe(true);
      }
      await image.close();
    },
  );

  test('several images are chosen by name or config digest', async () => {
    const listing: Listing = [{ image: IMAGE, tag: 'registry.example:5000/app:v1' }, OTHER];
    const target = write(dockerArchive(listing, style));
    const byName = await openImage(`${target}:registry.example:5000/app:v1`);
    expect(byName.digest).toBe(IMAGE.configDigest);
    await byName.close();
    const byDigest = await openImage(`${target}@${OTHER.configDigest}`);
    expect(byDigest.digest).toBe(OTHER.configDigest);
    await byDigest.close();
  });

  test('without a choice they are listed', async () => {
    const target = write(dockerArchive([{ image: IMAGE, tag: 'app:v1' }, OTHER], style));
    const list = `\n  :app:v1\n  @${OTHER.configDigest}`;
    expect(await failure(target)).toMatchObject({
      code: 'TAG_AMBIGUOUS',
      message: expect.stringContaining(list),
    });
    expect(await failure(`${target}:app:v2`)).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining(list),
    });
  });
});

describe('docker archive: links', () => {
  test.each([
    ['relative', '../LAYER/layer.tar'],
    ['with dots', './.././LAYER/layer.tar'],
  ])('a layer may be a %s symbolic link to another', async (_name, link) => {
    const files = dockerArchive([IMAGE]);
    const manifest = JSON.parse(files.get('manifest.json')!.toString());
    const original: string = manifest[0].Layers[0];
    manifest[0].Layers[0] = 'repeated/layer.tar';
    files.set('manifest.json', Buffer.from(JSON.stringify(manifest)));
    const target = link.replace('LAYER', original.split('/')[0]!);
    const image = await openImage(write(files, { links: { 'repeated/layer.tar': target } }));
    expect((await layerBytes(image, image.layers[0]!)).equals(IMAGE.layers[0]!.tar)).toBe(true);
    await image.close();
  });

  test('links that go round in circles, or out of the archive, lead nowhere', async () => {
    for (const links of [
      { 'a/layer.tar': '../b/layer.tar', 'b/layer.tar': '../a/layer.tar' },
      { 'a/layer.tar': '../../../../../../etc/passwd' },
    ]) {
      const files = dockerArchive([OTHER]);
      const manifest = JSON.parse(files.get('manifest.json')!.toString());
      manifest[0].Layers = ['a/layer.tar'];
      const image = await openImage(
        write(files.set('manifest.json', Buffer.from(JSON.stringify(manifest))), { links }),
      );
      await expect(layerBytes(image, image.layers[0]!)).rejects.toMatchObject({ code: 'BLOB_MISSING' });
      await image.close();
    }
  });
});

describe('docker archive: foreign layers', () => {
  test('are known by LayerSources', async () => {
    const built = buildImage({ layers: [{ entries: [file('Files/base.txt', 'base')], foreign: true }] });
    const image = await openImage(write(dockerArchive([built])));
    expect(image.layers[0]).toMatchObject({
      digest: undefined,
      foreign: true,
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      urls: built.layers[0]!.urls,
    });
    expect((await layerBytes(image, image.layers[0]!)).equals(built.layers[0]!.tar)).toBe(true);
    await image.close();
  });
});

describe('docker archive: what is refused', () => {
  const edited = (edit: (image: Record<string, unknown>) => unknown) => {
    const files = dockerArchive([IMAGE]);
    const manifest = JSON.parse(files.get('manifest.json')!.toString());
    return write(files.set('manifest.json', Buffer.from(JSON.stringify(edit(manifest[0])))));
  };

  test('an archive without manifest.json', async () => {
    const target = write(new Map([['repositories', Buffer.from('{}')]]));
    expect(await failure(target)).toMatchObject({
      code: 'NOT_AN_IMAGE',
      message: expect.stringMatching(/manifest\.json/),
    });
  });

  test('a manifest.json of another shape', async () => {
    expect((await failure(edited(() => ({})))).code).toBe('INVALID_DOCUMENT');
    expect((await failure(edited(() => []))).code).toBe('NOT_AN_IMAGE');
    expect((await failure(edited(() => ['x']))).code).toBe('INVALID_DOCUMENT');
    expect((await failure(edited((image) => [{ ...image, Layers: 'x' }]))).code).toBe('INVALID_DOCUMENT');
    expect((await failure(edited((image) => [{ ...image, Layers: [] }]))).code).toBe('INVALID_DOCUMENT');
  });

  test('a missing or tampered config', async () => {
    expect((await failure(edited((image) => [{ ...image, Config: 'none.json' }]))).code).toBe('BLOB_MISSING');
    const files = dockerArchive([IMAGE]);
    files.set(`${IMAGE.configDigest.slice(7)}.json`, OTHER.config);
    expect((await failure(write(files))).code).toBe('DIGEST_MISMATCH');
  });

  test('another platform than wanted', async () => {
    const target = write(dockerArchive([IMAGE]));
    expect((await failure(target, 'windows:10.0.17763.*')).code).toBe('PLATFORM_NOT_FOUND');
    await (
      await openImage(target, { selection: { platform: parsePlatformFilter('windows:10.0.20348.*') } })
    ).close();
  });

  test('a directory', async () => {
    expect((await failure(`docker-archive:${temporaryDirectory()}`)).code).toBe('NOT_AN_IMAGE');
  });
});
