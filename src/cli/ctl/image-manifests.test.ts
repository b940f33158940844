// What is posted for an image of a real registry: anybody who holds it can fetch the very layers.
import { describe, expect, onTestFinished, test } from 'vitest';
import { startFaultProxy } from '../../../test/builders/fault-proxy.ts';
import { buildImage } from '../../../test/builders/image.ts';
import { isInstalled } from '../../../test/builders/installed.ts';
import { pushImage } from '../../../test/builders/push-image.ts';
import { startRegistry } from '../../../test/builders/registry.ts';
import { startStorageServer } from '../../../test/builders/storage-server.ts';
import { file } from '../../../test/builders/tar.ts';
import { startTokenService } from '../../../test/builders/token-service.ts';
import { baseLayer, deltaLayer } from '../../../test/builders/windows-image.ts';
import { digestOf } from '../../base/digest.ts';
import { HttpClient } from '../../images/network/http-client.ts';
import { CredentialStore } from '../../images/registry/credentials.ts';
import { Mirrors, parseMirror } from '../../images/registry/mirrors.ts';
import { Registries } from '../../images/registry/registries.ts';
import type { ClairLayer } from '../../model/clair.ts';
import { findImages } from './image-manifests.ts';

const canRun = isInstalled('docker-registry', 'openssl');

const EMPTY = { entries: [] };
const FOREIGN_URL = 'https://mcr.microsoft.com/v2/windows/blobs/layer';
const IMAGE = buildImage({
  layers: [
    { ...baseLayer(), foreign: true, absent: true, urls: () => [FOREIGN_URL, 'https://example.com/other'] },
    { entries: [file('Files/foreign.txt', 'held')], foreign: true, urls: () => ['https://example.com/x'] },
    EMPTY,
    deltaLayer({ Software: [] }),
    EMPTY,
  ],
});

function registries(mirrors: readonly string[] = []): Registries {
  const made = new Registries({
    http: new HttpClient({ timeoutMs: 2_000, retryDelayMs: 2 }),
    credentials: new CredentialStore({ HOME: '/nowhere' }),
    mirrors: new Mirrors(mirrors.map(parseMirror)),
  });
  onTestFinished(() => made.close());
  return made;
}

async function kept<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const started = await starting;
  onTestFinished(() => started.close());
  return started;
}

async function bytesOf({ uri, headers }: ClairLayer): Promise<Buffer> {
  const pairs = Object.entries(headers).map(([name, values]): [string, string] => [name, values[0]!]);
  const answer = await fetch(uri, { headers: pairs });
  expect(answer.status, uri).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

describe.skipIf(!canRun)('the manifest of an image', () => {
  test('lets its holder fetch all layers, with the token of the registry', async () => {
    const tokens = await kept(startTokenService({ anonymous: true }));
    const registry = await kept(startRegistry({ tokens: tokens.issuer }));
    await pushImage(registry, 'org/app', 'v1', IMAGE, { authorization: tokens.authorization('org/app') });
    const [image, ...others] = await findImages(registries(), `${registry.host}/org/app:v1`);
    expect(others).toEqual([]);
    expect(image).toMatchObject({ shown: 'app:v1', digest: IMAGE.digest });

    const { hash, layers } = await image!.makeManifest();
    expect(hash).toBe(IMAGE.digest);
    expect(layers.map((layer) => layer.hash)).toEqual(IMAGE.layers.map(({ digest }) => digest));
    // The registry lacks the first, and has the second although it is foreign.
    expect(layers[0]).toEqual({ hash: IMAGE.layers[0]!.digest, uri: FOREIGN_URL, headers: {} });
    for (const layer of layers.slice(1)) {
      expect(layer.uri).toBe(`${registry.url}/v2/org/app/blobs/${layer.hash}`);
      expect(Object.keys(layer.headers)).toEqual(['Authorization']);
      expect(digestOf(await bytesOf(layer))).toBe(layer.hash);
    }
    // One for the manifest, which served for all layers.
    expect(tokens.requests).toHaveLength(1);
  });

  test('names the store that the registry redirects to, which gets no token', async () => {
    const registry = await kept(startRegistry());
    await pushImage(registry, 'app', 'v1', IMAGE);
    const store = await kept(startStorageServer({ blobs: IMAGE.layers.map(({ blob }) => blob) }));
    const proxy = await kept(startFaultProxy(registry.host));
    proxy.fault((path) => path.includes(`/blobs/${IMAGE.layers[3]!.digest}`), {
      kind: 'redirect',
      to: store.urlOf(IMAGE.layers[3]!.digest),
    });
    const [image] = await findImages(registries(), `${proxy.host}/app:v1`);
    const layer = (await image!.makeManifest()).layers[3]!;
    expect(layer).toMatchObject({ uri: store.urlOf(layer.hash), headers: {} });
    expect(digestOf(await bytesOf(layer))).toBe(layer.hash);
    // One byte is enough to find out.
    expect(store.requests[0]?.headers.range).toBe('bytes=0-0');
  });

  test('names the mirror where that has the layers', async () => {
    const registry = await kept(startRegistry());
    await pushImage(registry, 'mirrored/app', 'v1', IMAGE);
    const from = registries([`registry.invalid=${registry.host}/mirrored`]);
    const [image] = await findImages(from, 'registry.invalid/app:v1');
    const { layers } = await image!.makeManifest();
    expect(layers[3]!.uri).toBe(`${registry.url}/v2/mirrored/app/blobs/${layers[3]!.hash}`);
  });

  test('cannot be made when a layer is nowhere, and says which', async () => {
    const registry = await kept(startRegistry());
    await pushImage(registry, 'app', 'v1', IMAGE);
    const proxy = await kept(startFaultProxy(registry.host));
    const { digest } = IMAGE.layers[3]!;
    proxy.fault((path) => path.includes(`/blobs/${digest}`), { kind: 'answer', status: 404 });
    const [image] = await findImages(registries(), `${proxy.host}/app:v1`);
    await expect(image!.makeManifest()).rejects.toThrow(`has no layer ${digest}`);
  });
});

describe.skipIf(!canRun)('of an index', () => {
  const SERVER = buildImage({ osVersion: '10.0.20348.1' });
  const OLDER = buildImage({ osVersion: '10.0.17763.1' });
  const LINUX = buildImage({ os: 'linux', osVersion: '' });
  const ARM = buildImage({ os: 'linux', osVersion: '', architecture: 'arm64' });

  test('all images for Windows are meant, told apart by their digests', async () => {
    const registry = await kept(startRegistry());
    const index = await pushImage(registry, 'app', 'v1', [LINUX, SERVER, OLDER]);
    for (const name of ['app:v1', `app@${index}`]) {
      const images = await findImages(registries(), `${registry.host}/${name}`);
      expect(images.map(({ digest }) => digest)).toEqual([SERVER.digest, OLDER.digest]);
      const [first] = images;
      expect(first!.shown).toBe(
        `${name.replace(/@.*/, '')}@${SERVER.digest.slice('sha256:'.length, 'sha256:'.length + 12)}`,
      );
    }
  });

  test('without one the image for linux/amd64 is, as with clairctl', async () => {
    const registry = await kept(startRegistry());
    await pushImage(registry, 'app', 'v1', [ARM, LINUX]);
    const images = await findImages(registries(), `${registry.host}/app:v1`);
    expect(images.map(({ digest, shown }) => [digest, shown])).toEqual([[LINUX.digest, 'app:v1']]);
  });

  test('an image that is named by digest is meant, whatever it is', async () => {
    const registry = await kept(startRegistry());
    await pushImage(registry, 'app', 'v1', [SERVER, ARM]);
    const images = await findImages(registries(), `docker://${registry.host}/app@${ARM.digest}`);
    expect(images.map(({ digest }) => digest)).toEqual([ARM.digest]);
  });
});
