// The image code over real images: a trimmed `docker save` of Nano Server, and the documents of a .NET image.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeLayers } from '../../src/images/describe-layers.ts';
import { parseImageConfig } from '../../src/images/image-config.ts';
import { parseManifest } from '../../src/images/manifest.ts';
import { openImage } from '../builders/open-image.ts';
import { readTar } from '../builders/read-tar.ts';
import { hasSharedData, SHARED_DATA } from './shared-data.ts';

const IMAGES = join(SHARED_DATA, 'samples/images');
const sample = (name: string) => readFileSync(join(IMAGES, name));

describe.skipIf(!hasSharedData)('real images', () => {
  test('docker save of Nano Server 20H2, gzip-compressed, with a linked layer', async () => {
    const image = await openImage(`docker-archive:${IMAGES}/container-inspector-windows-mini-image.tar.gz`);
    expect(image.config).toMatchObject({ os: 'windows', architecture: 'amd64', osVersion: '10.0.19042.985' });
    expect(image.layers).toMatchObject([
      { createdBy: 'Apply image 20H2-amd64', foreign: false, sizeBytes: 22_016 },
    ]);
    const chunks: Buffer[] = [];
    for await (const chunk of image.openLayer(image.layers[0]!)) chunks.push(chunk);
    await image.close();

    const entries = readTar(Buffer.concat(chunks));
    const link = entries.find((entry) => entry.path === 'UtilityVM/Files/License.txt');
    expect(link).toMatchObject({ type: 'hardlink', linkPath: 'Files/License.txt' });
  });

  test('the head of a Windows root file system', () => {
    const entries = readTar(sample('container-inspector-windows-container-rootfs.tar'));
    expect(entries).toHaveLength(24);
    expect(entries[1]).toMatchObject({ path: 'Files/License.txt', type: 'file', sizeBytes: 5510 });
  });

  test('manifest list, manifest and config of .NET Framework 4.8 of January 2022', () => {
    const index = parseManifest(
      sample('mcr-dotnet-framework-runtime-4.8-2022-01.manifest-list.json'),
      'index',
    );
    if (index.kind !== 'index') throw new Error('not read as an index');
    expect(index.manifests.map((entry) => entry.platform?.osVersion)).toContain('10.0.20348.473');

    const prefix = 'mcr-dotnet-framework-runtime-4.8-ltsc2022-2022-01';
    const manifest = parseManifest(sample(`${prefix}.manifest.json`), 'manifest');
    if (manifest.kind !== 'manifest') throw new Error('not read as a manifest');
    const config = parseImageConfig(sample(`${prefix}.config.json`), 'config');
    expect(config.osVersion).toBe('10.0.20348.473');

    const layers = describeLayers(manifest.layers, config, 'image');
    expect(layers.map((layer) => layer.foreign)).toEqual([true, true, false, false]);
    expect(layers[0]).toMatchObject({
      sizeBytes: 1_251_699_055,
      createdBy: expect.stringMatching(/^Apply image/),
    });
    expect(layers[1]).toMatchObject({ createdBy: expect.stringMatching(/^Install update/) });
  });
});
