// Layers that registries need not store: where they are looked for, who may be asked, and what is told to whom.
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { makeCertificate, type ServerCertificate } from '../../test/builders/certificates.ts';
import { type Fault, startFaultProxy } from '../../test/builders/fault-proxy.ts';
import { type BuiltImage, buildImage, ociLayout, writeFiles } from '../../test/builders/image.ts';
import { isInstalled } from '../../test/builders/installed.ts';
import { openImage } from '../../test/builders/open-image.ts';
import { basicAuthorization, pushImage } from '../../test/builders/push-image.ts';
import { REGISTRY_LOGIN, startRegistry } from '../../test/builders/registry.ts';
import { startStorageServer } from '../../test/builders/storage-server.ts';
import { file, hardlink } from '../../test/builders/tar.ts';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import { startTokenService } from '../../test/builders/token-service.ts';
import { baseLayer, updateLayer } from '../../test/builders/windows-image.ts';
import type { Image } from '../images/image-source.ts';
import { AddressPolicy } from '../images/network/address-policy.ts';
import { HttpClient } from '../images/network/http-client.ts';
import { CredentialStore } from '../images/registry/credentials.ts';
import { Mirrors, parseMirror } from '../images/registry/mirrors.ts';
import { Registries } from '../images/registry/registries.ts';
import type { ImageFacts } from '../model/layer-facts.ts';
import { FactsCache } from './facts-cache.ts';
import { FactsReader } from './facts-reader.ts';

const canRun = isInstalled('docker-registry', 'openssl');

/** An image whose base layer only its URLs lead to. */
function foreignImage(urls: (digest: string) => readonly string[], absent = true): BuiltImage {
  return buildImage({ layers: [{ ...baseLayer(), foreign: true, absent, urls }, updateLayer(5000)] });
}

/** The layer alone, to fill stores with. */
const [BASE] = foreignImage(() => []).layers;

interface Setting {
  foreignHosts?: readonly string[];
  allowed?: readonly string[];
  mirrors?: readonly string[];
  credentials?: CredentialStore;
}

let tls: ServerCertificate;
beforeAll(() => {
  if (canRun) tls = makeCertificate();
});

async function kept<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const started = await starting;
  onTestFinished(() => started.close());
  return started;
}

function reach(setting: Setting): Registries {
  const registries = new Registries({
    http: new HttpClient({
      policy: new AddressPolicy(setting.allowed ?? ['127.0.0.0/8', '::1']),
      ca: tls.ca,
      timeoutMs: 1000,
      retryDelayMs: 1,
    }),
    credentials: setting.credentials ?? new CredentialStore({ HOME: '/nowhere' }),
    mirrors: new Mirrors((setting.mirrors ?? []).map(parseMirror)),
    foreignHosts: setting.foreignHosts ?? ['localhost'],
  });
  onTestFinished(() => registries.close());
  return registries;
}

const readAll = (image: Image): Promise<ImageFacts> =>
  new FactsReader(new FactsCache(temporaryDirectory())).read(image);

/** What is read of the image, from a registry that everybody may read. */
async function read(image: BuiltImage, setting: Setting = {}): Promise<ImageFacts> {
  const registry = await kept(startRegistry());
  await pushImage(registry, 'app', 'v1', image);
  const [opened] = await reach(setting).open('app', `${registry.host}/app:v1`, undefined);
  return readAll(opened!);
}

/** By name, since addresses are not hosts that anybody would allow. */
const byName = ({ url }: { url: string }): string => url.replace('127.0.0.1', 'localhost');

describe.skipIf(!canRun)('a foreign layer', () => {
  const complete = { absent: [], layers: [{ digest: BASE!.digest }, {}] };

  test('comes from the registry where that has it, and nobody else is asked', async () => {
    const storage = await kept(startStorageServer({ blobs: [BASE!.blob], tls }));
    const facts = await read(foreignImage((digest) => [storage.urlOf(digest, byName(storage))], false));
    expect(facts).toMatchObject(complete);
    expect(storage.requests).toEqual([]);
  });

  test('comes from its URLs otherwise, in their order', async () => {
    const storage = await kept(startStorageServer({ blobs: [BASE!.blob], tls }));
    const empty = await kept(startStorageServer({ tls }));
    const facts = await read(
      foreignImage((digest) => [empty.urlOf(digest, byName(empty)), storage.urlOf(digest, byName(storage))]),
    );
    expect(facts).toMatchObject(complete);
    expect([empty.requests.length, storage.requests.length]).toEqual([1, 1]);
  });

  test.each<[what: string, fault: Fault]>([
    ['other bytes', { kind: 'flip', at: 20 }],
    ['too few', { kind: 'answer', status: 200, body: 'not this layer' }],
    ['a part, again and again', { kind: 'cut', after: 100 }],
  ])('%s send to the next URL', async (_what, fault) => {
    const storage = await kept(startStorageServer({ blobs: [BASE!.blob], tls }));
    const hidden = await kept(startStorageServer({ blobs: [BASE!.blob] }));
    const proxy = await kept(startFaultProxy(hidden.host, { tls }));
    proxy.fault(() => true, fault);
    const facts = await read(
      foreignImage((digest) => [hidden.urlOf(digest, byName(proxy)), storage.urlOf(digest, byName(storage))]),
    );
    expect(facts).toMatchObject(complete);
  });

  test('when all bytes are wrong, nothing stands in for them', async () => {
    const hidden = await kept(startStorageServer({ blobs: [BASE!.blob] }));
    const proxy = await kept(startFaultProxy(hidden.host, { tls }));
    proxy.fault(() => true, { kind: 'flip', at: 20 });
    await expect(read(foreignImage((digest) => [hidden.urlOf(digest, byName(proxy))]))).rejects.toMatchObject(
      { message: expect.stringMatching(/layer 1 of 2/) },
    );
  });

  test.each<[what: string, setting: Setting, words: RegExp]>([
    ['a host that nobody allowed', { foreignHosts: [] }, /localhost.*--foreign-host localhost/],
    ['a private address', { allowed: [] }, /private address.*--allow-address/],
  ])('%s is not asked, and the report says how to allow it', async (_what, setting, words) => {
    const storage = await kept(startStorageServer({ blobs: [BASE!.blob], tls }));
    const facts = await read(
      foreignImage((digest) => [storage.urlOf(digest, byName(storage))]),
      setting,
    );
    expect(facts.absent).toEqual([{ layer: BASE!.digest, reason: expect.stringMatching(words) }]);
    expect(facts.absent[0]?.reason).not.toContain('signature');
    expect(facts.layers).toHaveLength(2);
    expect(storage.requests).toEqual([]);
  });

  test.each(['http://localhost/layer', 'https://user:pass@localhost/layer'])(
    '%s is no URL to use',
    async (url) => {
      const facts = await read(foreignImage(() => [url]));
      expect(facts.absent[0]?.reason).toMatch(/no HTTPS address/);
      expect(facts.absent[0]?.reason).not.toContain('pass@');
    },
  );

  test('of an image on disk comes from its URLs too, and stays away without a network', async () => {
    const storage = await kept(startStorageServer({ blobs: [BASE!.blob], tls }));
    const folder = temporaryDirectory();
    const image = foreignImage((digest) => [storage.urlOf(digest, byName(storage))]);
    writeFiles(folder, ociLayout([image]));
    const registries = reach({});
    const opened = await openImage(`oci-dir:${folder}`, { registries: async () => registries });
    expect(await readAll(opened)).toMatchObject(complete);
    const alone = await readAll(await openImage(`oci-dir:${folder}`));
    expect(alone.absent).toEqual([{ layer: BASE!.digest, reason: expect.stringMatching(/kept it out/) }]);
  });

  describe('in another registry', () => {
    /** A registry with the layer that gives tokens to everybody, behind HTTPS. */
    async function publicRegistry() {
      const tokens = await kept(startTokenService({ anonymous: true, tls }));
      const realm = tokens.issuer.realm.replace('127.0.0.1', 'localhost');
      const registry = await kept(startRegistry({ tokens: { ...tokens.issuer, realm }, tls }));
      const image = buildImage({ layers: [baseLayer()] });
      await pushImage(registry, 'windows/base', 'v1', image, {
        authorization: tokens.authorization('windows/base'),
      });
      return { tokens, host: registry.host.replace('127.0.0.1', 'localhost') };
    }

    test('is had by an anonymous token, whatever credentials there are for it', async () => {
      const { tokens, host } = await publicRegistry();
      const credentials = new CredentialStore(
        { HOME: '/nowhere' },
        { registry: host, username: 'me', password: 'not-for-them' },
      );
      const urls = (digest: string): string[] => [`https://${host}/v2/windows/base/blobs/${digest}`];
      expect(await read(foreignImage(urls), { credentials })).toMatchObject(complete);
      expect(tokens.requests).toHaveLength(1);
      expect(tokens.requests[0]?.headers.authorization).toBeUndefined();
      expect(tokens.requests[0]?.parameters.get('account')).toBeNull();
    });

    test('a token service elsewhere is not asked', async () => {
      const { tokens } = await publicRegistry();
      const proxy = await kept(startFaultProxy('127.0.0.1:1', { tls }));
      proxy.fault(() => true, {
        kind: 'answer',
        status: 401,
        headers: { 'www-authenticate': `Bearer realm="${tokens.issuer.realm}",service="x"` },
      });
      const urls = (digest: string): string[] => [`${byName(proxy)}/v2/windows/base/blobs/${digest}`];
      const facts = await read(foreignImage(urls));
      expect(facts.absent[0]?.reason).toMatch(/127\.0\.0\.1:\d+ for a token.*--foreign-host/);
      expect(tokens.requests).toEqual([]);
    });

    test('a mirror that the user configured stands in, with its own credentials', async () => {
      const mirror = await kept(startRegistry({ login: true }));
      await pushImage(mirror, 'mcr/windows/base', 'v1', buildImage({ layers: [baseLayer()] }), {
        authorization: basicAuthorization(REGISTRY_LOGIN),
      });
      const credentials = new CredentialStore(
        { HOME: '/nowhere' },
        { registry: mirror.host, ...REGISTRY_LOGIN },
      );
      const urls = (digest: string): string[] => [
        `https://mcr.microsoft.com/v2/windows/base/blobs/${digest}`,
      ];
      const mirrors = [`mcr.microsoft.com=${mirror.host}/mcr`];
      expect(await read(foreignImage(urls), { credentials, mirrors })).toMatchObject(complete);
    });
  });
});

test.skipIf(!canRun)(
  'links into a layer that is known but gone are told as unread, and the scan goes on',
  async () => {
    const content = file('Files/Windows/WinSxS/x/settings.deps.json', '{}');
    const base = { entries: [...baseLayer().entries, content], foreign: true };
    const link = hardlink('Files/app/app.deps.json', content.path);
    const whole = buildImage({ layers: [base] });
    const above = buildImage({ layers: [{ ...base, absent: true }, { entries: [link] }] });
    const folder = temporaryDirectory();
    writeFiles(join(folder, 'whole'), ociLayout([whole]));
    writeFiles(join(folder, 'above'), ociLayout([above]));
    const reader = new FactsReader(new FactsCache(join(folder, 'cache')));
    await reader.read(await openImage(`oci-dir:${join(folder, 'whole')}`));
    const { layers, absent } = await reader.read(await openImage(`oci-dir:${join(folder, 'above')}`));
    expect(absent).toEqual([]);
    expect(layers[1]?.warnings).toEqual([
      {
        path: 'FILES/APP/APP.DEPS.JSON',
        reason: expect.stringMatching(/hard link into layer 1, which cannot be had/),
      },
    ]);
  },
);

test.skipIf(!canRun)('a layer that is not foreign is never done without', async () => {
  const registry = await kept(startRegistry());
  await pushImage(registry, 'app', 'v1', buildImage({ layers: [baseLayer()] }));
  const proxy = await kept(startFaultProxy(registry.host));
  proxy.fault((path) => path.includes(BASE!.digest), { kind: 'answer', status: 404 });
  const registries = new Registries({
    http: new HttpClient({ retryDelayMs: 1 }),
    credentials: new CredentialStore({ HOME: '/nowhere' }),
    mirrors: new Mirrors([]),
  });
  onTestFinished(() => registries.close());
  const [opened] = await registries.open('app', `${proxy.host}/app:v1`, undefined);
  const reading = new FactsReader(new FactsCache(temporaryDirectory())).read(opened!);
  await expect(reading).rejects.toMatchObject({
    message: expect.stringMatching(/layer 1 of 1.*has no blob/),
  });
});
