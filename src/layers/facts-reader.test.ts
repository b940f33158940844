import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildImage, ociLayout, writeFiles } from '../../test/builders/image.ts';
import { openImage } from '../../test/builders/open-image.ts';
import { buildPe } from '../../test/builders/pe.ts';
import { file, hardlink } from '../../test/builders/tar.ts';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import { baseLayer, updateLayer } from '../../test/builders/windows-image.ts';
import type { Image, LayerDescriptor } from '../images/image-source.ts';
import type { LayerFacts } from '../model/layer-facts.ts';
import { FactsCache } from './facts-cache.ts';
import { FactsReader, type LayerProgress } from './facts-reader.ts';

async function readLayers(
  image: Image,
  cache: FactsCache,
  progress?: LayerProgress,
): Promise<readonly LayerFacts[]> {
  return (await new FactsReader(cache).read(image, { progress })).layers;
}

/** An image that counts how often its layers are opened. */
async function opened(
  layers: Parameters<typeof buildImage>[0],
): Promise<{ image: Image; reads: LayerDescriptor[] }> {
  const folder = temporaryDirectory();
  writeFiles(folder, ociLayout([buildImage(layers)]));
  const image = await openImage(`oci-dir:${folder}`);
  const reads: LayerDescriptor[] = [];
  const openLayer: Image['openLayer'] = (layer, options) => {
    reads.push(layer);
    return image.openLayer(layer, options);
  };
  return { image: { ...image, openLayer, close: () => image.close() }, reads };
}

describe('FactsReader', () => {
  test('reads each layer once, also one that an image has twice, and never again', async () => {
    const cache = new FactsCache(temporaryDirectory());
    const { image, reads } = await opened({ layers: [baseLayer(), updateLayer(5), updateLayer(5)] });
    const first = await readLayers(image, cache);
    expect(first.map(({ digest }) => digest)).toEqual(image.layers.map(({ digest }) => digest));
    expect(reads).toHaveLength(2);
    expect(await readLayers(image, cache)).toEqual(first);
    expect(reads).toHaveLength(2);
  });

  test('facts serve another image with the same layer', async () => {
    const cache = new FactsCache(temporaryDirectory());
    await readLayers((await opened({ layers: [baseLayer()] })).image, cache);
    const { image, reads } = await opened({ layers: [baseLayer(), updateLayer(7)] });
    await readLayers(image, cache);
    expect(reads.map(({ digest }) => digest)).toEqual([image.layers[1]!.digest]);
  });

  test('a damaged cache file is read anew', async () => {
    const folder = temporaryDirectory();
    const { image, reads } = await opened({ layers: [baseLayer()] });
    const first = await readLayers(image, new FactsCache(folder));
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const path = join(folder, name);
      if (statSync(path).isFile()) writeFileSync(path, 'damaged');
    }
    expect(await readLayers(image, new FactsCache(folder))).toEqual(first);
    expect(reads).toHaveLength(2);
  });

  test('cached facts do not excuse a config that names another diff-id', async () => {
    const cache = new FactsCache(temporaryDirectory());
    await readLayers((await opened({ layers: [baseLayer()] })).image, cache);
    const forged = await opened({
      layers: [baseLayer()],
      config: { rootfs: { type: 'layers', diff_ids: [`sha256:${'0'.repeat(64)}`] } },
    });
    await expect(readLayers(forged.image, cache)).rejects.toMatchObject({ code: 'DIFF_ID_MISMATCH' });
  });

  test('a hard link takes the nearest layer below that has the file, and is remembered', async () => {
    const cache = new FactsCache(temporaryDirectory());
    const stored = (revision: number) =>
      file('Files/Windows/WinSxS/ntdll.dll', buildPe({ versions: [{ file: `10.0.20348.${revision}` }] }));
    const { image, reads } = await opened({
      layers: [
        { entries: [stored(1)] },
        { entries: [stored(2)] },
        { entries: [file('Files/other', '')] },
        { entries: [hardlink('Files/Windows/System32/ntdll.dll', 'Files/Windows/WinSxS/ntdll.dll')] },
      ],
    });
    const versions = async (): Promise<unknown[]> =>
      (await readLayers(image, cache)).map(({ files }) => files.map(({ pe }) => pe?.fileVersion));
    expect(await versions()).toEqual([[], [], [], ['10.0.20348.2']]);
    const before = reads.length;
    expect(await versions()).toEqual([[], [], [], ['10.0.20348.2']]);
    expect(reads).toHaveLength(before);
  });

  test('all hard links into a lower layer cost one look at it; those to its known files none', async () => {
    const program = buildPe({ versions: [{ file: '10.0.20348.7' }] });
    const stored = ['a', 'b'].map((name) => file(`Files/Windows/WinSxS/amd64_${name}/${name}.dll`, program));
    const known = [file('Files/app/known.dll', program), file('Files/app/readme.txt', 'text'.repeat(100))];
    const upper = [
      ...stored.map(({ path }, index) => hardlink(`Files/new/${index}.dll`, path)),
      ...known.map(({ path }, index) => hardlink(`Files/more/${index}`, path)),
    ];
    const cache = new FactsCache(temporaryDirectory());
    const layers = [{ entries: [...baseLayer().entries, ...stored, ...known] }, { entries: upper }];
    const { image, reads } = await opened({ layers });
    const [, facts] = await readLayers(image, cache);
    expect(facts?.files.map(({ path }) => path).sort()).toEqual([
      'FILES/MORE/0',
      'FILES/NEW/0.DLL',
      'FILES/NEW/1.DLL',
    ]);
    expect(reads).toHaveLength(3);
    expect((await readLayers(image, cache))[1]).toEqual(facts);
    expect(reads).toHaveLength(3);
  });

  test('two layers are in flight at once and never more, and one that images share is read once', async () => {
    const specs = [1, 2, 3, 4].map((revision) => updateLayer(revision));
    const first = await opened({ layers: [baseLayer(), ...specs] });
    const second = await opened({ layers: [baseLayer(), ...specs, updateLayer(9)] });
    let running = 0;
    let most = 0;
    const slowed = ({ image }: typeof first): Image => ({
      ...image,
      async *openLayer(layer) {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        yield* image.openLayer(layer);
        running--;
      },
    });
    const reader = new FactsReader(new FactsCache(temporaryDirectory()));
    const [one, two] = await Promise.all([reader.read(slowed(first)), reader.read(slowed(second))]);
    expect(most).toBe(2);
    expect(first.reads.length + second.reads.length).toBe(6);
    expect(two.layers.slice(0, 5)).toEqual(one.layers);
  });

  test('layers that are spared are told absent, unless they are known', async () => {
    const cache = new FactsCache(temporaryDirectory());
    const { image, reads } = await opened({ layers: [baseLayer(), updateLayer(5), updateLayer(6)] });
    const spare = { layers: 2, reason: 'known otherwise' };
    const { layers, absent } = await new FactsReader(cache).read(image, { spare });
    expect(absent.map(({ layer }) => layer)).toEqual(image.layers.slice(0, 2).map(({ digest }) => digest));
    expect(layers.map(({ entries }) => entries > 0)).toEqual([false, false, true]);
    expect(reads).toHaveLength(1);
    await new FactsReader(cache).read(image);
    expect((await new FactsReader(cache).read(image, { spare })).absent).toEqual([]);
  });

  test('progress counts the stored bytes of what is read', async () => {
    const { image } = await opened({ layers: [baseLayer(), updateLayer(5)] });
    let bytes = 0;
    let layers = 0;
    let announced: number[] = [];
    await readLayers(image, new FactsCache(temporaryDirectory()), {
      start: async (...numbers) => {
        announced = numbers;
      },
      bytes: (count) => {
        bytes += count;
      },
      layerDone: () => {
        layers++;
      },
    });
    const total = image.layers.reduce((sum, layer) => sum + layer.sizeBytes, 0);
    expect({ announced, bytes, layers }).toEqual({ announced: [2, total], bytes: total, layers: 2 });
  });
});
