// The real registry that tests pull from, and the parts around it: do they do what the tests believe?
import { Agent, request } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeCertificate } from '../../../test/builders/certificates.ts';
import { type BuiltImage, buildImage } from '../../../test/builders/image.ts';
import { isInstalled } from '../../../test/builders/installed.ts';
import { basicAuthorization, pushImage } from '../../../test/builders/push-image.ts';
import {
  REGISTRY_LOGIN,
  type Registry,
  type RegistryOptions,
  startRegistry,
} from '../../../test/builders/registry.ts';
import { file } from '../../../test/builders/tar.ts';

const canRun = isInstalled('docker-registry', 'openssl');

const IMAGE = buildImage({
  layers: [
    { entries: [file('Files/base.txt', 'base')], foreign: true, absent: true },
    { entries: [file('Files/update.txt', 'update')] },
  ],
});

async function registry(options: RegistryOptions = {}): Promise<Registry> {
  const started = await startRegistry(options);
  onTestFinished(() => started.close());
  return started;
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

describe.skipIf(!canRun)('a registry', () => {
  test('gives back what was pushed, by tag and by digest', async () => {
    const started = await registry();
    const { url } = started;
    expect(await pushImage(started, 'windows/app', 'ltsc2022', IMAGE)).toBe(IMAGE.digest);
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
    const started = await registry();
    const other: BuiltImage = buildImage({ osVersion: '10.0.17763.1' });
    const digest = await pushImage(started, 'app', 'latest', [IMAGE, other]);
    const accept = { accept: 'application/vnd.oci.image.index.v1+json' };
    const index = await get(`${started.url}/v2/app/manifests/latest`, accept);
    expect(index.headers['docker-content-digest']).toBe(digest);
    expect(JSON.parse(index.body.toString()).manifests).toMatchObject([
      { digest: IMAGE.digest, platform: { 'os.version': '10.0.20348.2322' } },
      { digest: other.digest, platform: { 'os.version': '10.0.17763.1' } },
    ]);
  });

  test('asks for the login', async () => {
    const started = await registry({ login: true });
    await expect(pushImage(started, 'app', 'latest', IMAGE)).rejects.toThrow('HTTP 401');
    const authorization = basicAuthorization(REGISTRY_LOGIN);
    await pushImage(started, 'app', 'latest', IMAGE, { authorization });
    const address = `${started.url}/v2/app/manifests/${IMAGE.digest}`;
    expect((await get(address)).headers['www-authenticate']).toBe('Basic realm="clearstory test"');
    expect((await get(address, { authorization })).status).toBe(200);
  });

  test('speaks HTTPS', async () => {
    const started = await registry({ tls: makeCertificate() });
    await pushImage(started, 'app', 'latest', IMAGE);
    const { host, url, ca } = started;
    expect((await get(`${url}/v2/`, {}, ca)).status).toBe(200);
    expect((await get(`https://localhost:${host.split(':')[1]}/v2/`, {}, ca)).status).toBe(200);
    await expect(get(`${url}/v2/`)).rejects.toThrow();
  });

  test('is gone when closed', async () => {
    const started = await startRegistry();
    await started.close();
    await expect(get(`${started.url}/v2/`)).rejects.toThrow('ECONNREFUSED');
  });
});
