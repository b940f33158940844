// What is known of base layers: whence it is learned, what replaces what, and to which images it applies.
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildInventory, buildOperatingSystem } from '../../test/builders/inventory.ts';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import type { Digest } from '../base/digest.ts';
import type { Image, LayerDescriptor } from '../images/image-source.ts';
import type { KnownBase } from '../model/known-base.ts';
import type { ImageFacts } from '../model/layer-facts.ts';
import { BaseCatalogue, learnedFromConfig, learnedFromScan } from './base-catalogue.ts';
import { formatCatalogue, parseCatalogue } from './catalogue-file.ts';
import { nothingRead } from './layer-reader.ts';

const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`;

function layer(letter: string, over: Partial<LayerDescriptor> = {}): LayerDescriptor {
  const name = digest(letter);
  return { digest: name, diffId: name, mediaType: '', sizeBytes: 1, foreign: false, ...over };
}

function image(layers: readonly LayerDescriptor[], osVersion = '10.0.20348.5000'): Image {
  return {
    target: '',
    digest: undefined,
    config: { os: 'windows', architecture: 'amd64', osVersion, env: [], history: [], diffIds: [] },
    layers,
    openLayer: () => {
      throw new Error('no layer is to be read');
    },
    close: async () => undefined,
  };
}

const APPLY = { createdBy: 'Apply image 10.0.20348.1' };
const UPDATE = { createdBy: 'Install update 10.0.20348.5000' };

function base(letter: string, over: Partial<KnownBase> = {}): KnownBase {
  return {
    digest: digest(letter),
    diffId: digest(letter),
    build: 20348,
    revision: 5000,
    basis: 'registry',
    ...over,
  };
}

describe('the catalogue', () => {
  test('gives the topmost layer that is known, and how many layers lie up to it', async () => {
    const catalogue = new BaseCatalogue(temporaryDirectory());
    await catalogue.put(base('a', { revision: 1 }));
    await catalogue.put(base('b'));
    expect(await catalogue.find(image([layer('a'), layer('b'), layer('c')]))).toEqual({
      base: base('b'),
      layers: 2,
    });
    expect(await catalogue.find(image([layer('c')]))).toBeUndefined();
    expect(await catalogue.find(image([]))).toBeUndefined();
  });

  test('knows a layer by its diff ID too, as archives of docker save have it', async () => {
    const catalogue = new BaseCatalogue(temporaryDirectory());
    await catalogue.put(base('a', { diffId: digest('b') }));
    expect(await catalogue.find(image([layer('b', { digest: undefined })]))).toMatchObject({ layers: 1 });
  });

  test('says nothing of an image whose history names an update above what is known', async () => {
    const catalogue = new BaseCatalogue(temporaryDirectory());
    await catalogue.put(base('a', { revision: 1 }));
    expect(await catalogue.find(image([layer('a', APPLY), layer('b', UPDATE), layer('c')]))).toBeUndefined();
    expect(await catalogue.find(image([layer('a', APPLY), layer('b')]))).toMatchObject({ layers: 1 });
  });

  test('what was read replaces what was stated, never the reverse', async () => {
    const catalogue = new BaseCatalogue(temporaryDirectory());
    const stated = base('a', { basis: 'config', revision: 7 });
    expect(await catalogue.put(stated)).toBe(true);
    expect(await catalogue.put({ ...stated, revision: 8 })).toBe(false);
    expect(await catalogue.put(base('a'))).toBe(true);
    expect(await catalogue.put(stated)).toBe(false);
    expect(await catalogue.find(image([layer('a')]))).toMatchObject({
      base: { revision: 5000, basis: 'registry' },
    });
  });

  test('lists every layer once, and passes over files that are damaged', async () => {
    const folder = temporaryDirectory();
    const catalogue = new BaseCatalogue(folder);
    await catalogue.put(base('a', { diffId: digest('b') }));
    await catalogue.put(base('c'));
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const path = join(folder, name);
      if (statSync(path).isFile() && name.includes('c'.repeat(64))) writeFileSync(path, '{');
    }
    const listed: KnownBase[] = [];
    for await (const each of catalogue.all()) listed.push(each);
    expect(listed).toEqual([base('a', { diffId: digest('b') })]);
    expect(await catalogue.find(image([layer('c')]))).toBeUndefined();
  });

  test('goes through a file unchanged', () => {
    const layers = [
      base('a', { installationType: 'Nano Server', edition: 'ServerDatacenter', architecture: 'arm64' }),
      base('b'),
    ];
    expect(parseCatalogue(formatCatalogue(layers), 'x')).toEqual(layers);
  });

  test.each([
    ['another build', { build: 'x' }],
    ['a negative revision', { revision: -1 }],
    ['a digest that is a path', { digest: 'sha256:../../etc' }],
    ['a basis of its own', { basis: 'guess' }],
  ])('a file with %s is refused', (_what, over) => {
    const text = JSON.stringify({
      format: 'clearstory-catalog',
      version: 1,
      layers: [base('a'), { ...base('b'), ...over }],
    });
    expect(() => parseCatalogue(text, 'x')).toThrow(/x: entry 2/);
  });
});

describe('what a config teaches', () => {
  test.each<[what: string, layers: readonly LayerDescriptor[], top: string | undefined]>([
    ['by the history', [layer('a', APPLY), layer('b', UPDATE), layer('c'), layer('d')], 'b'],
    ['by a foreign layer', [layer('a', { foreign: true }), layer('b'), layer('c')], 'a'],
    ['two layers without a history: a base as Microsoft makes them', [layer('a'), layer('b')], 'b'],
    ['one layer', [layer('a')], 'a'],
    ['more layers without a history: nobody can tell', [layer('a'), layer('b'), layer('c')], undefined],
    ['none', [], undefined],
  ])('%s', (_what, layers, top) => {
    const learned = learnedFromConfig(image(layers));
    expect(learned).toEqual(top && { ...base(top, { basis: 'config' }), architecture: 'amd64' });
  });

  test('nothing without a version', () => {
    expect(learnedFromConfig(image([layer('a')], 'latest'))).toBeUndefined();
  });
});

describe('what a scan teaches', () => {
  const facts: ImageFacts = { layers: [nothingRead(layer('a')), nothingRead(layer('b'))], absent: [] };
  const os = buildOperatingSystem({ revision: 5000, introducedIn: digest('b') });

  test('the layer that set the revision', () => {
    expect(learnedFromScan(facts, buildInventory({ os }))).toEqual({
      ...base('b'),
      installationType: 'Server Core',
      architecture: 'amd64',
    });
  });

  test.each([
    ['nobody knows the layer', facts, buildInventory({ os: { ...os, introducedIn: undefined } })],
    ['it rests on the config', facts, buildInventory({ os: { ...os, basis: 'config' } })],
    [
      'a layer was not read',
      { ...facts, absent: [{ layer: digest('a'), reason: '' }] },
      buildInventory({ os }),
    ],
    [
      'witnesses disagree',
      facts,
      buildInventory({ os, notices: [{ code: 'REVISION_CONFLICT', message: '', uncertain: true }] }),
    ],
    ['there is no Windows', facts, buildInventory()],
  ])('nothing when %s', (_what, read, inventory) => {
    expect(learnedFromScan(read, inventory)).toBeUndefined();
  });
});
