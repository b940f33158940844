// Pulling from a real registry: who may, by which ways, and what becomes of answers that are not what they should be.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { makeCertificate } from '../../../test/builders/certificates.ts';
import {
  type Fault,
  type FaultProxy,
  startFaultProxy,
  WEB_PAGE,
} from '../../../test/builders/fault-proxy.ts';
import { buildImage } from '../../../test/builders/image.ts';
import { isInstalled } from '../../../test/builders/installed.ts';
import type { LoopbackServer } from '../../../test/builders/loopback-server.ts';
import { basicAuthorization, pushImage } from '../../../test/builders/push-image.ts';
import { REGISTRY_LOGIN, startRegistry } from '../../../test/builders/registry.ts';
import { startStorageServer } from '../../../test/builders/storage-server.ts';
import { file } from '../../../test/builders/tar.ts';
import { startTokenService, type TokenServiceOptions } from '../../../test/builders/token-service.ts';
import { digestOf } from '../../base/digest.ts';
import type { Image } from '../image-source.ts';
import { AddressPolicy } from '../network/address-policy.ts';
import { HttpClient } from '../network/http-client.ts';
import { CredentialStore } from './credentials.ts';
import { Mirrors } from './mirrors.ts';
import { Registries, type RegistriesOptions } from './registries.ts';

const canRun = isInstalled('docker-registry', 'openssl');

/** Random, so that it stays large when it is compressed. */
const IMAGE = buildImage({ layers: [{ entries: [file('Files/data.bin', randomBytes(300_000))] }] });
const BLOB = IMAGE.layers[0]!.blob;

const isManifest = (path: string): boolean => path.includes('/manifests/');
const isBlob = (path: string): boolean => path.includes(`/blobs/${digestOf(BLOB)}`);

interface Access extends Partial<Omit<RegistriesOptions, 'http'>> {
  ca?: string | undefined;
  allowed?: readonly string[];
}

/** All registries as somebody without any files reaches them, impatient enough for a test. */
function registries({ ca, allowed, ...options }: Access = {}): Registries {
  const made = new Registries({
    http: new HttpClient({
      policy: new AddressPolicy(allowed),
      ...(ca !== undefined && { ca }),
      timeoutMs: 400,
      retryDelayMs: 2,
    }),
    credentials: new CredentialStore({ HOME: '/nowhere' }),
    mirrors: new Mirrors([]),
    ...options,
  });
  onTestFinished(() => made.close());
  return made;
}

function login(registry: string, password: string = REGISTRY_LOGIN.password): CredentialStore {
  return new CredentialStore({ HOME: '/nowhere' }, { registry, username: REGISTRY_LOGIN.username, password });
}

async function pull(from: Registries, name: string): Promise<Buffer> {
  const [image] = (await from.open(name, name, undefined)) as [Image];
  const chunks: Buffer[] = [];
  for await (const chunk of image.openLayer(image.layers[0]!)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function failureOf(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  const outcome = await work.then(
    () => new Error('it went well'),
    (error: unknown) => error,
  );
  return outcome as { code: string; message: string };
}

async function kept<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const started = await starting;
  onTestFinished(() => started.close());
  return started;
}

describe.skipIf(!canRun)('who may pull', () => {
  async function withTokens(options: TokenServiceOptions = {}) {
    const tokens = await kept(startTokenService(options));
    const registry = await kept(startRegistry({ tokens: tokens.issuer }));
    await pushImage(registry, 'org/app', 'v1', IMAGE, { authorization: tokens.authorization('org/app') });
    return { tokens, name: `${registry.host}/org/app:v1`, host: registry.host };
  }

  test('everybody, where nothing is asked', async () => {
    const registry = await kept(startRegistry());
    await pushImage(registry, 'org/app', 'v1', IMAGE);
    const name = `${registry.host}/org/app`;
    expect(await pull(registries(), `${name}:v1`)).toEqual(BLOB);
    expect(await pull(registries(), `${name}@${IMAGE.digest}`)).toEqual(BLOB);
  });

  test('by password', async () => {
    const registry = await kept(startRegistry({ login: true }));
    const name = `${registry.host}/org/app:v1`;
    await pushImage(registry, 'org/app', 'v1', IMAGE, { authorization: basicAuthorization(REGISTRY_LOGIN) });
    expect(await pull(registries({ credentials: login(registry.host) }), name)).toEqual(BLOB);

    const anonymous = await failureOf(pull(registries(), name));
    expect(anonymous).toMatchObject({ code: 'UNAUTHORIZED' });
    expect(anonymous.message).toContain(`docker login ${registry.host}`);
    const wrong = await failureOf(pull(registries({ credentials: login(registry.host, 'wr0ng') }), name));
    expect(wrong).toMatchObject({
      code: 'UNAUTHORIZED',
      message: expect.stringContaining('the command line'),
    });
    expect(wrong.message).not.toContain('wr0ng');
  });

  test('by token, for a password', async () => {
    const { tokens, name, host } = await withTokens();
    expect(await pull(registries({ credentials: login(host) }), name)).toEqual(BLOB);
    expect(tokens.requests).toHaveLength(1);
    expect(tokens.requests[0]?.parameters.get('scope')).toBe('repository:org/app:pull');
    expect(tokens.requests[0]?.parameters.get('account')).toBe(REGISTRY_LOGIN.username);
    expect(await failureOf(pull(registries({ credentials: login(host, 'wr0ng') }), name))).toMatchObject({
      code: 'UNAUTHORIZED',
    });
    expect(await failureOf(pull(registries(), name))).toMatchObject({ code: 'UNAUTHORIZED' });
  });

  test('by token, for nothing', async () => {
    const { tokens, name } = await withTokens({ anonymous: true });
    expect(await pull(registries(), name)).toEqual(BLOB);
    expect(tokens.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  test('by an identity token, as helpers of clouds give them', async () => {
    const { tokens, name } = await withTokens();
    const identity = {
      find: async () => ({ kind: 'identity-token', token: tokens.identityToken, from: 'x' }),
    };
    expect(await pull(registries({ credentials: identity as never }), name)).toEqual(BLOB);
    expect(tokens.requests.map(({ method }) => method)).toEqual(['POST']);
  });

  test('an identity token is not posted to where its service redirects', async () => {
    const { tokens, name } = await withTokens();
    const [proxied, elsewhere] = await Promise.all([
      kept(startFaultProxy(tokens.host)),
      kept(startFaultProxy(tokens.host)),
    ]);
    proxied.fault((path) => path.startsWith('/token'), { kind: 'redirect', to: `${elsewhere.url}/token` });
    const registry = await kept(startFaultProxy(name.split('/')[0]!));
    const challenge = `Bearer realm="${proxied.url}/token",service="${tokens.issuer.service}"`;
    registry.fault(isManifest, { kind: 'answer', status: 401, headers: { 'www-authenticate': challenge } });
    const identity = {
      find: async () => ({ kind: 'identity-token', token: tokens.identityToken, from: 'x' }),
    };
    const from = registries({ credentials: identity as never });
    expect(await failureOf(pull(from, `${registry.host}/org/app:v1`))).toMatchObject({
      code: 'UNAUTHORIZED',
    });
    expect([proxied.requests.length, elsewhere.requests.length]).toEqual([1, 0]);
  });

  test('a token that is refused is replaced once, not for ever', async () => {
    const { tokens, name, host } = await withTokens();
    const from = registries({ credentials: login(host) });
    tokens.lifetime.actual = -61;
    expect(await failureOf(pull(from, name))).toMatchObject({ code: 'UNAUTHORIZED' });
    expect(tokens.requests).toHaveLength(1);
    tokens.lifetime.actual = 300;
    expect(await pull(from, name)).toEqual(BLOB);
  });
});

describe.skipIf(!canRun)('HTTPS', () => {
  test('by an authority that is named, by none otherwise, by any with --insecure', async () => {
    const registry = await kept(startRegistry({ tls: makeCertificate() }));
    await pushImage(registry, 'app', 'v1', IMAGE);
    const name = `${registry.host}/app:v1`;
    expect(await pull(registries({ ca: registry.ca }), name)).toEqual(BLOB);
    expect(await failureOf(pull(registries(), name))).toMatchObject({
      code: 'UNTRUSTED',
      message: expect.stringContaining('--cacert'),
    });
    expect(await pull(registries({ insecure: true }), name)).toEqual(BLOB);
  });
});

describe.skipIf(!canRun)('answers that are spoiled', () => {
  let registry: LoopbackServer;
  beforeAll(async () => {
    registry = await startRegistry();
    await pushImage(registry, 'app', 'v1', IMAGE);
  });
  afterAll(() => registry?.close());

  const proxied = (): Promise<FaultProxy> => kept(startFaultProxy(registry.host));

  test.each<[what: string, where: (path: string) => boolean, fault: Fault, times: number]>([
    ['a cut', isBlob, { kind: 'cut', after: 100_000 }, 1],
    ['cuts that leave a little each time', isBlob, { kind: 'cut', after: 70_000 }, 3],
    ['a cut before the first byte', isBlob, { kind: 'cut', after: 0 }, 2],
    ['silence', isBlob, { kind: 'stall', after: 50_000 }, 1],
    ['an early end that looks regular', isBlob, { kind: 'shorten', to: 100_000 }, 1],
    ['a failure of the server', isManifest, { kind: 'answer', status: 503 }, 3],
    ['too many requests', isManifest, { kind: 'answer', status: 429, headers: { 'retry-after': '0' } }, 2],
  ])('%s is overcome', async (_what, where, fault, times) => {
    const proxy = await proxied();
    proxy.fault(where, fault, times);
    expect(await pull(registries(), `${proxy.host}/app:v1`)).toEqual(BLOB);
  });

  test('a cut goes on where it was, and from the start where the server does not know ranges', async () => {
    const proxy = await proxied();
    proxy.fault(isBlob, { kind: 'cut', after: 100_000 }, 1);
    expect(await pull(registries(), `${proxy.host}/app:v1`)).toEqual(BLOB);
    const ranges = proxy.requests.filter(({ path }) => isBlob(path)).map(({ headers }) => headers.range);
    expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/)]);

    const other = await proxied();
    other.fault(isBlob, { kind: 'cut', after: 100_000 }, 1);
    other.fault(isBlob, { kind: 'ignore-range' });
    expect(await pull(registries(), `${other.host}/app:v1`)).toEqual(BLOB);
  });

  test.each<[what: string, where: (path: string) => boolean, fault: Fault, code: string, words: RegExp]>([
    ['401 without a challenge', isManifest, { kind: 'answer', status: 401 }, 'UNAUTHORIZED', /docker login/],
    ['403', isBlob, { kind: 'answer', status: 403 }, 'UNAUTHORIZED', /forbids.*owner/],
    ['404', isManifest, { kind: 'answer', status: 404 }, 'NOT_FOUND', /has no v1 of app; check the name/],
    ['418', isManifest, { kind: 'answer', status: 418 }, 'NOT_A_REGISTRY', /HTTP 418.*is it a registry/],
    ['a web page', isManifest, WEB_PAGE, 'NOT_A_REGISTRY', /web page.*proxy or a login page/],
    ['a web page as a layer', isBlob, WEB_PAGE, 'NOT_A_REGISTRY', /web page/],
    ['redirects in a circle', isManifest, { kind: 'redirect-loop' }, 'NOT_A_REGISTRY', /in a circle/],
    [
      'a redirect to no address',
      isManifest,
      { kind: 'redirect', to: 'http://' },
      'NOT_A_REGISTRY',
      /no address/,
    ],
    [
      'a redirect to a file',
      isManifest,
      { kind: 'redirect', to: 'file:///etc/passwd' },
      'NOT_A_REGISTRY',
      /file:/,
    ],
    [
      'a redirect to the metadata service',
      isManifest,
      { kind: 'redirect', to: 'http://169.254.169.254/latest/meta-data' },
      'REFUSED_ADDRESS',
      /169\.254\.169\.254.*never contacted/,
    ],
    [
      'failures without end',
      isManifest,
      { kind: 'answer', status: 502 },
      'UNREACHABLE',
      /502 again and again/,
    ],
    ['cuts without end', isBlob, { kind: 'cut', after: 0 }, 'UNREACHABLE', /was cut.*try later/],
    [
      'silence without end',
      isManifest,
      { kind: 'stall', after: 0 },
      'UNREACHABLE',
      /stopped sending|never answered/,
    ],
    [
      'another range than asked for',
      isBlob,
      { kind: 'shift-range', by: 7 },
      'NOT_A_REGISTRY',
      /another part/,
    ],
    [
      'too many requests for long',
      isManifest,
      { kind: 'answer', status: 429, headers: { 'retry-after': '3600' } },
      'RATE_LIMITED',
      /60 minutes.*log in/,
    ],
    [
      'a manifest over the limit',
      isManifest,
      { kind: 'answer', status: 200, body: ' '.repeat(4 * 1024 * 1024 + 1) },
      'TOO_LARGE',
      /limit of 4 MiB/,
    ],
    [
      'a manifest that is none',
      isManifest,
      { kind: 'answer', status: 200, body: '[]' },
      'INVALID_DOCUMENT',
      /not a JSON object/,
    ],
    [
      'a flipped bit in the config',
      (path) => path.includes(IMAGE.configDigest),
      { kind: 'flip', at: 9 },
      'DIGEST_MISMATCH',
      /digest/,
    ],
  ])('%s is one clear sentence', async (what, where, fault, code, words) => {
    const proxy = await proxied();
    if (what.startsWith('another range')) proxy.fault(where, { kind: 'cut', after: 1000 }, 1);
    proxy.fault(where, fault);
    const failure = await failureOf(pull(registries(), `${proxy.host}/app:v1`));
    expect(failure).toMatchObject({ code });
    expect(failure.message).toMatch(words);
    // The host is named, unless the document itself is at fault or another host is.
    if (!/metadata|digest|config|none/.test(what)) expect(failure.message).toContain(proxy.host);
    expect(failure.message).not.toMatch(/\n/);
  });

  test('more bytes than the manifest states end the download', async () => {
    const proxy = await proxied();
    const body = Buffer.concat([BLOB, Buffer.alloc(10)]).toString('latin1');
    proxy.fault(isBlob, { kind: 'answer', status: 200, body });
    expect(await failureOf(pull(registries(), `${proxy.host}/app:v1`))).toMatchObject({
      code: 'NOT_A_REGISTRY',
      message: expect.stringMatching(/more than the/),
    });
  });

  test('a redirect to a store carries no credentials, and an expired address is asked for anew', async () => {
    const storage = await kept(startStorageServer({ blobs: [BLOB] }));
    const protectedRegistry = await kept(startRegistry({ login: true }));
    const authorization = basicAuthorization(REGISTRY_LOGIN);
    await pushImage(protectedRegistry, 'app', 'v1', IMAGE, { authorization });
    const proxy = await kept(startFaultProxy(protectedRegistry.host));
    const store = await kept(startFaultProxy(storage.host));
    let redirects = 0;
    proxy.fault(isBlob, {
      kind: 'redirect',
      to: () => {
        // What was given out before holds no longer.
        if (redirects++ > 0) storage.expireUrls();
        return storage.urlOf(digestOf(BLOB), store.url);
      },
    });
    store.fault(() => true, { kind: 'cut', after: 80_000 }, 1);
    const from = registries({ credentials: login(proxy.host) });
    expect(await pull(from, `${proxy.host}/app:v1`)).toEqual(BLOB);
    expect(redirects).toBe(2);
    expect(storage.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
    expect(proxy.requests.filter(({ path }) => isBlob(path)).at(-1)?.headers.authorization).toBe(
      authorization,
    );
  });

  test('a refusal of the store does not repeat its signed address', async () => {
    const storage = await kept(startStorageServer());
    const proxy = await proxied();
    proxy.fault(isBlob, { kind: 'redirect', to: () => storage.urlOf(digestOf(BLOB)) });
    const failure = await failureOf(pull(registries(), `${proxy.host}/app:v1`));
    expect(failure.message).not.toMatch(/signature=|\?/);
    expect(failure).toMatchObject({ code: 'NOT_FOUND' });
  });
});
