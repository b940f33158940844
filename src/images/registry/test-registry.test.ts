// The real registry that tests pull from, and the parts around it: do they do what the tests believe?
import { Agent, request } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeCertificate } from '../../../test/builders/certificates.ts';
import { type FaultProxy, startFaultProxy, WEB_PAGE } from '../../../test/builders/fault-proxy.ts';
import { type BuiltImage, buildImage } from '../../../test/builders/image.ts';
import { isInstalled } from '../../../test/builders/installed.ts';
import { basicAuthorization, pushImage } from '../../../test/builders/push-image.ts';
import { REGISTRY_LOGIN, startRegistry } from '../../../test/builders/registry.ts';
import { startStorageServer } from '../../../test/builders/storage-server.ts';
import { file } from '../../../test/builders/tar.ts';
import { startTokenService, type TokenService } from '../../../test/builders/token-service.ts';
import { digestOf } from '../../base/digest.ts';

const canRun = isInstalled('docker-registry', 'openssl');

const IMAGE = buildImage({
  layers: [
    { entries: [file('Files/base.txt', 'base')], foreign: true, absent: true },
    { entries: [file('Files/update.txt', 'update')] },
  ],
});

const BLOB = IMAGE.layers[1]!.blob;
const BLOB_PATH = `/v2/app/blobs/${IMAGE.layers[1]!.digest}`;

/** Closed when the test is over. */
async function started<Server extends { close(): Promise<void> }>(
  starting: Promise<Server>,
): Promise<Server> {
  const server = await starting;
  onTestFinished(() => server.close());
  return server;
}

/** A registry that has the image as `app`, and a proxy before it. */
async function proxied(): Promise<FaultProxy> {
  const registry = await started(startRegistry());
  await pushImage(registry, 'app', 'latest', IMAGE);
  return started(startFaultProxy(registry.host));
}

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

async function get(url: string, headers: Record<string, string> = {}, ca?: string): Promise<Answer> {
  const agent = new Agent({ ...(ca !== undefined && { connect: { ca } }) });
  try {
    const answer = await request(url, { headers, dispatcher: agent });
    const body = Buffer.from(await answer.body.arrayBuffer());
    return { status: answer.statusCode, headers: answer.headers, body };
  } finally {
    await agent.destroy();
  }
}

/** What comes of a body before the connection fails or falls silent, and how that is noticed. */
async function interrupted(url: string): Promise<{ received: Buffer; error: unknown }> {
  const agent = new Agent({ bodyTimeout: 500 });
  const { body } = await request(url, { dispatcher: agent });
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of body) chunks.push(chunk);
  } catch (error) {
    return { received: Buffer.concat(chunks), error };
  } finally {
    await agent.destroy();
  }
  throw new Error('the body came to its end');
}

async function anonymousToken({ issuer }: TokenService, scope: string): Promise<string> {
  const answer = await get(`${issuer.realm}?${new URLSearchParams({ service: issuer.service, scope })}`);
  return JSON.parse(answer.body.toString()).token;
}

describe.skipIf(!canRun)('a registry', () => {
  test('gives back what was pushed, by tag and by digest', async () => {
    const registry = await started(startRegistry());
    const { url } = registry;
    expect(await pushImage(registry, 'windows/app', 'ltsc2022', IMAGE)).toBe(IMAGE.digest);
    const accept = { accept: 'application/vnd.docker.distribution.manifest.v2+json' };
    for (const reference of ['ltsc2022', IMAGE.digest]) {
      const manifest = await get(`${url}/v2/windows/app/manifests/${reference}`, accept);
      expect(manifest).toMatchObject({ status: 200, body: IMAGE.manifest });
    }
    const [foreign, own] = IMAGE.layers;
    expect((await get(`${url}/v2/windows/app/blobs/${own!.digest}`)).body).toEqual(own!.blob);
    expect((await get(`${url}/v2/windows/app/blobs/${foreign!.digest}`)).status).toBe(404);
  });

  test('lists several images in an index', async () => {
    const registry = await started(startRegistry());
    const other: BuiltImage = buildImage({ osVersion: '10.0.17763.1' });
    const digest = await pushImage(registry, 'app', 'latest', [IMAGE, other]);
    const accept = { accept: 'application/vnd.oci.image.index.v1+json' };
    const index = await get(`${registry.url}/v2/app/manifests/latest`, accept);
    expect(index.headers['docker-content-digest']).toBe(digest);
    expect(JSON.parse(index.body.toString()).manifests).toMatchObject([
      { digest: IMAGE.digest, platform: { 'os.version': '10.0.20348.2322' } },
      { digest: other.digest, platform: { 'os.version': '10.0.17763.1' } },
    ]);
  });

  test('asks for the login', async () => {
    const registry = await started(startRegistry({ login: true }));
    await expect(pushImage(registry, 'app', 'latest', IMAGE)).rejects.toThrow('HTTP 401');
    const authorization = basicAuthorization(REGISTRY_LOGIN);
    await pushImage(registry, 'app', 'latest', IMAGE, { authorization });
    const address = `${registry.url}/v2/app/manifests/${IMAGE.digest}`;
    expect((await get(address)).headers['www-authenticate']).toBe('Basic realm="clearstory test"');
    expect((await get(address, { authorization })).status).toBe(200);
  });

  test('speaks HTTPS', async () => {
    const registry = await started(startRegistry({ tls: makeCertificate() }));
    await pushImage(registry, 'app', 'latest', IMAGE);
    const { host, url, ca } = registry;
    expect((await get(`${url}/v2/`, {}, ca)).status).toBe(200);
    expect((await get(`https://localhost:${host.split(':')[1]}/v2/`, {}, ca)).status).toBe(200);
    await expect(get(`${url}/v2/`)).rejects.toThrow();
  });

  test('is gone when closed', async () => {
    const registry = await startRegistry();
    await registry.close();
    await expect(get(`${registry.url}/v2/`)).rejects.toThrow('ECONNREFUSED');
  });
});

describe.skipIf(!canRun)('a token service', () => {
  test('opens the registry to those who log in', async () => {
    const tokens = await started(startTokenService());
    const registry = await started(startRegistry({ tokens: tokens.issuer }));
    const authorization = tokens.authorization('windows/app');
    await pushImage(registry, 'windows/app', 'latest', IMAGE, { authorization });

    const address = `${registry.url}/v2/windows/app/manifests/${IMAGE.digest}`;
    const challenge = `Bearer realm="${tokens.issuer.realm}",service="${tokens.issuer.service}",scope="repository:windows/app:pull"`;
    expect(await get(address)).toMatchObject({ status: 401, headers: { 'www-authenticate': challenge } });

    const question = `${tokens.issuer.realm}?service=${encodeURIComponent(tokens.issuer.service)}&scope=repository:windows/app:pull`;
    expect((await get(question)).status).toBe(401);
    const answer = await get(question, { authorization: basicAuthorization(REGISTRY_LOGIN) });
    const { token, expires_in } = JSON.parse(answer.body.toString());
    expect(expires_in).toBe(300);
    expect((await get(address, { authorization: `Bearer ${token}` })).body).toEqual(IMAGE.manifest);
    const other = address.replace('windows/app', 'windows/other');
    expect((await get(other, { authorization: `Bearer ${token}` })).status).toBe(401);
    expect(tokens.requests).toMatchObject([
      { method: 'GET', headers: {} },
      { method: 'GET', headers: { authorization: basicAuthorization(REGISTRY_LOGIN) } },
    ]);
    expect(tokens.requests[1]?.parameters.get('scope')).toBe('repository:windows/app:pull');
  });

  test('lets everybody pull but not push, when told to', async () => {
    const tokens = await started(startTokenService({ anonymous: true }));
    const registry = await started(startRegistry({ tokens: tokens.issuer }));
    await pushImage(registry, 'app', 'latest', IMAGE, { authorization: tokens.authorization('app') });
    const token = await anonymousToken(tokens, 'repository:app:pull,push');
    expect((await get(`${registry.url}${BLOB_PATH}`, { authorization: `Bearer ${token}` })).body).toEqual(
      BLOB,
    );
    const push = pushImage(registry, 'app', 'latest', IMAGE, { authorization: `Bearer ${token}` });
    await expect(push).rejects.toThrow('HTTP 401');
  });

  test('gives tokens that have expired', async () => {
    const tokens = await started(startTokenService({ anonymous: true }));
    const registry = await started(startRegistry({ tokens: tokens.issuer }));
    await pushImage(registry, 'app', 'latest', IMAGE, { authorization: tokens.authorization('app') });
    tokens.lifetime.actual = -61;
    const token = await anonymousToken(tokens, 'repository:app:pull');
    const answer = await get(`${registry.url}${BLOB_PATH}`, { authorization: `Bearer ${token}` });
    expect(answer).toMatchObject({ status: 401 });
  });

  test('takes identity tokens', async () => {
    const tokens = await started(startTokenService());
    const registry = await started(startRegistry({ tokens: tokens.issuer }));
    await pushImage(registry, 'app', 'latest', IMAGE, { authorization: tokens.authorization('app') });
    const ask = async (identityToken: string) => {
      const form = {
        grant_type: 'refresh_token',
        refresh_token: identityToken,
        scope: 'repository:app:pull',
      };
      const body = new URLSearchParams({ ...form, service: tokens.issuer.service, client_id: 'test' });
      return fetch(tokens.issuer.realm, { method: 'POST', body });
    };
    expect((await ask('invented')).status).toBe(401);
    const { access_token } = (await (await ask(tokens.identityToken)).json()) as { access_token: string };
    const authorization = `Bearer ${access_token}`;
    expect((await get(`${registry.url}${BLOB_PATH}`, { authorization })).body).toEqual(BLOB);
  });
});

describe('a storage server', () => {
  test('serves signed addresses, and ranges', async () => {
    const storage = await started(startStorageServer({ blobs: [BLOB] }));
    const address = storage.urlOf(digestOf(BLOB));
    expect(await get(address)).toMatchObject({ status: 200, body: BLOB });
    expect(await get(address, { range: 'bytes=10-' })).toMatchObject({
      status: 206,
      headers: { 'content-range': `bytes 10-${BLOB.length - 1}/${BLOB.length}` },
      body: BLOB.subarray(10),
    });
    expect((await get(address, { range: `bytes=${BLOB.length}-` })).status).toBe(416);
    expect((await get(storage.urlOf(digestOf(Buffer.from('other'))))).status).toBe(404);
    expect(storage.requests.map((seen) => seen.headers.range)).toContain('bytes=10-');
  });

  test('refuses other authorisation, no signature and an old one', async () => {
    const storage = await started(startStorageServer({ blobs: [BLOB] }));
    const address = storage.urlOf(digestOf(BLOB));
    expect((await get(address, { authorization: 'Bearer token' })).status).toBe(400);
    expect((await get(address.split('?')[0]!)).status).toBe(403);
    storage.expireUrls();
    expect((await get(address)).status).toBe(403);
    expect((await get(storage.urlOf(digestOf(BLOB)))).status).toBe(200);
  });
});

describe.skipIf(!canRun)('a fault proxy', () => {
  const blobs = (path: string) => path.includes('/blobs/');

  test('passes pushes and pulls on', async () => {
    const registry = await started(startRegistry({ login: true }));
    const proxy = await started(startFaultProxy(registry.host, { tls: makeCertificate() }));
    const authorization = basicAuthorization(REGISTRY_LOGIN);
    await pushImage(proxy, 'app', 'latest', IMAGE, { authorization });
    const answer = await get(`${proxy.url}${BLOB_PATH}`, { authorization, range: 'bytes=5-9' }, proxy.ca);
    expect(answer).toMatchObject({ status: 206, body: BLOB.subarray(5, 10) });
    expect(proxy.requests.at(-1)).toMatchObject({
      method: 'GET',
      path: BLOB_PATH,
      headers: { authorization },
    });
  });

  test('cuts answers, as often as it is told', async () => {
    const proxy = await proxied();
    proxy.fault(blobs, { kind: 'cut', after: 7 }, 2);
    const cut = { received: BLOB.subarray(0, 7), error: { code: 'UND_ERR_SOCKET' } };
    expect(await interrupted(`${proxy.url}${BLOB_PATH}`)).toMatchObject(cut);
    expect(await interrupted(`${proxy.url}${BLOB_PATH}`)).toMatchObject(cut);
    expect((await get(`${proxy.url}${BLOB_PATH}`)).body).toEqual(BLOB);
    proxy.fault(blobs, { kind: 'cut', after: 0 });
    expect(await interrupted(`${proxy.url}${BLOB_PATH}`)).toMatchObject({
      ...cut,
      received: Buffer.alloc(0),
    });
  });

  test('stalls', async () => {
    const proxy = await proxied();
    proxy.fault(blobs, { kind: 'stall', after: 7 });
    const error = { code: 'UND_ERR_BODY_TIMEOUT' };
    const received = BLOB.subarray(0, 7);
    expect(await interrupted(`${proxy.url}${BLOB_PATH}`)).toMatchObject({ received, error });
  });

  test('spoils bodies', async () => {
    const proxy = await proxied();
    proxy.fault(blobs, { kind: 'shorten', to: 7 }, 1);
    proxy.fault(blobs, { kind: 'flip', at: 3 }, 1);
    const first = await get(`${proxy.url}${BLOB_PATH}`);
    expect(first).toMatchObject({ headers: { 'content-length': '7' }, body: BLOB.subarray(0, 7) });
    const { body } = await get(`${proxy.url}${BLOB_PATH}`);
    expect([...body.keys()].filter((index) => body[index] !== BLOB[index])).toEqual([3]);
  });

  test('does with ranges what it likes', async () => {
    const proxy = await proxied();
    const range = 'bytes=10-';
    proxy.fault(blobs, { kind: 'ignore-range' }, 1);
    expect(await get(`${proxy.url}${BLOB_PATH}`, { range })).toMatchObject({ status: 200, body: BLOB });
    proxy.fault(blobs, { kind: 'shift-range', by: 2 }, 1);
    expect(await get(`${proxy.url}${BLOB_PATH}`, { range })).toMatchObject({
      status: 206,
      headers: { 'content-range': `bytes 12-${BLOB.length - 1}/${BLOB.length}` },
      body: BLOB.subarray(12),
    });
  });

  test('answers itself', async () => {
    const proxy = await proxied();
    const storage = await started(startStorageServer({ blobs: [BLOB] }));
    proxy.fault(blobs, { kind: 'answer', status: 429, headers: { 'retry-after': '2' } }, 1);
    proxy.fault(blobs, WEB_PAGE, 1);
    proxy.fault(blobs, { kind: 'redirect-loop' }, 1);
    proxy.fault(blobs, { kind: 'redirect', to: (path) => storage.urlOf(path.split('/').at(-1)!) }, 1);
    proxy.fault(blobs, { kind: 'headers', headers: { 'content-type': 'text/plain', etag: undefined } }, 1);
    const address = `${proxy.url}${BLOB_PATH}`;
    expect(await get(address)).toMatchObject({ status: 429, headers: { 'retry-after': '2' } });
    expect((await get(address)).headers['content-type']).toMatch('text/html');
    expect(await get(address)).toMatchObject({ status: 307, headers: { location: BLOB_PATH } });
    expect((await get(String((await get(address)).headers.location))).body).toEqual(BLOB);
    const plain = await get(address);
    expect(plain).toMatchObject({ status: 200, headers: { 'content-type': 'text/plain' }, body: BLOB });
    expect(plain.headers).not.toHaveProperty('etag');
    expect((await get(address)).headers).toHaveProperty('etag');
  });
});
