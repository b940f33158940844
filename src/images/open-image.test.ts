import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  buildImage,
  dockerArchive,
  type FileSet,
  ociLayout,
  writeArchive,
  writeFiles,
} from '../../test/builders/image.ts';
import { openImage } from '../../test/builders/open-image.ts';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import { digestHex, digestOf } from '../base/digest.ts';
import { ImageError } from './image-error.ts';

describe('openImage: targets', () => {
  test.each([
    'mcr.microsoft.com/windows/servercore:ltsc2022',
    'nanoserver:ltsc2022',
    'nanoserver',
    'localhost:5000/app:v1',
    `app@sha256:${'0'.repeat(64)}`,
  ])('%s is a registry reference', async (target) => {
    await expect(openImage(target)).rejects.toMatchObject({
      code: 'UNKNOWN_SCHEME',
      message: expect.stringMatching(/registries are not available/),
    });
  });

  test.each([
    'oci:/images/app',
    'file:./x',
    'docker-save:~/x',
    './app.tar',
    '/images/app.tar:v1',
    'app.tar.gz',
  ])('%j is a file of a kind that is not said', async (target) => {
    const attempt = openImage(target);
    await expect(attempt).rejects.toBeInstanceOf(ImageError);
    await expect(attempt).rejects.toMatchObject({
      code: 'UNKNOWN_SCHEME',
      message: expect.stringMatching(/oci-dir:, oci-archive:, docker-archive:/),
    });
  });
});

/** A value to put somewhere in a JSON document. */
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(null, -1, 1e300, '', 'sha256:', `sha256:${'a'.repeat(64)}`, [], {}, [null], {
    digest: 7,
  }),
);

/** Replaces the `position`-th value of a JSON document, counted depth first. */
function replaceValue(document: unknown, position: number, value: unknown): unknown {
  let left = position % (countValues(document) || 1);
  const walk = (node: unknown): unknown => {
    if (left-- === 0) return value;
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, member]) => [key, walk(member)]));
  };
  return walk(document);
}

function countValues(node: unknown): number {
  if (typeof node !== 'object' || node === null) return 1;
  return Object.values(node).reduce((count: number, member) => count + countValues(member), 1);
}

describe('openImage: properties', () => {
  const image = buildImage({ env: ['A=B'] });
  const mutations = fc.array(fc.tuple(fc.nat(), odd), { minLength: 1, maxLength: 2 });
  const mutate = (bytes: Buffer, edits: [number, unknown][]): Buffer => {
    const document: unknown = edits.reduce<unknown>(
      (current, [position, value]) => replaceValue(current, position, value),
      JSON.parse(bytes.toString()),
    );
    return Buffer.from(JSON.stringify(document) ?? '');
  };
  /** The mutated documents get true digests, or nothing behind the digest check would be reached. */
  const layoutOf = (manifest: Buffer): FileSet =>
    ociLayout([{ image: { ...image, manifest }, platform: false }]);

  async function expectOnlyImageErrors(target: string): Promise<void> {
    try {
      const opened = await openImage(target);
      await opened.close();
    } catch (error) {
      expect(error).toBeInstanceOf(ImageError);
    }
  }

  test('mutated manifests and indexes throw nothing but ImageError', async () => {
    const directory = temporaryDirectory();
    await fc.assert(
      fc.asyncProperty(mutations, fc.boolean(), async (edits, inIndex) => {
        const files = layoutOf(inIndex ? image.manifest : mutate(image.manifest, edits));
        if (inIndex) files.set('index.json', mutate(files.get('index.json')!, edits));
        writeFiles(directory, files);
        await expectOnlyImageErrors(`oci-dir:${directory}`);
      }),
      { numRuns: 300 },
    );
  });

  test('mutated configs throw nothing but ImageError', async () => {
    const directory = temporaryDirectory();
    await fc.assert(
      fc.asyncProperty(mutations, async (edits) => {
        const config = mutate(image.config, edits);
        const manifest = JSON.parse(image.manifest.toString());
        manifest.config.digest = digestOf(config);
        const files = layoutOf(Buffer.from(JSON.stringify(manifest)));
        files.set(`blobs/sha256/${digestHex(digestOf(config))}`, config);
        writeFiles(directory, files);
        await expectOnlyImageErrors(`oci-dir:${directory}`);
      }),
      { numRuns: 200 },
    );
  });

  test('mutated docker archives throw nothing but ImageError', async () => {
    const path = join(temporaryDirectory(), 'saved.tar');
    await fc.assert(
      fc.asyncProperty(mutations, async (edits) => {
        const files = dockerArchive([{ image, tag: 'app:v1' }]);
        files.set('manifest.json', mutate(files.get('manifest.json')!, edits));
        writeArchive(path, files);
        await expectOnlyImageErrors(`docker-archive:${path}`);
      }),
      { numRuns: 200 },
    );
  });

  test('damaged archives throw nothing but ImageError', async () => {
    const path = join(temporaryDirectory(), 'image.tar');
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 });
    const compressions = fc.constantFrom('none' as const, 'gzip' as const, 'zstd' as const);
    await fc.assert(
      fc.asyncProperty(flips, compressions, async (edits, compression) => {
        writeArchive(path, ociLayout([image]), { compression });
        const bytes = readFileSync(path);
        for (const [index, value] of edits) bytes[index % bytes.length] = value;
        writeFileSync(path, bytes);
        await expectOnlyImageErrors(`oci-archive:${path}`);
      }),
      { numRuns: 150 },
    );
  });
});
