// An ordinary image read through mirrors and proxies: who is asked, in which order, and with what.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeCertificate } from '../../../test/builders/certificates.ts';
import { startFaultProxy } from '../../../test/builders/fault-proxy.ts';
import { buildImage } from '../../../test/builders/image.ts';
import { isInstalled } from '../../../test/builders/installed.ts';
import { pushImage } from '../../../test/builders/push-image.ts';
import { startRegistry } from '../../../test/builders/registry.ts';
import type { Image } from '../image-source.ts';
import { HttpClient } from '../network/http-client.ts';
import { CredentialStore } from './credentials.ts';
import { Mirrors, parseMirror } from './mirrors.ts';
import { Registries } from './registries.ts';

const canRun = isInstalled('docker-registry', 'openssl');
const IMAGE = buildImage();

async function kept<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const started = await starting;
  onTestFinished(() => started.close());
  return started;
}

function registries(mirrors: readonly string[], ca?: string): Registries {
  const made = new Registries({
    http: new HttpClient({ timeoutMs: 1000, retryDelayMs: 1, ...(ca !== undefined && { ca }) }),
    credentials: new CredentialStore({ HOME: '/nowhere' }),
    mirrors: new Mirrors(mirrors.map(parseMirror)),
  });
  onTestFinished(() => made.close());
  return made;
}

async function pull(from: Registries, name: string): Promise<Buffer> {
  const [image] = (await from.open(name, name, undefined)) as [Image];
  const chunks: Buffer[] = [];
  for await (const chunk of image.openLayer(image.layers[0]!)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe.skipIf(!canRun)('a mirror', () => {
  test('is asked in place of a registry that is out of reach', async () => {
    const mirror = await kept(startRegistry());
    await pushImage(mirror, 'all/org/app', 'v1', IMAGE);
    const from = registries([`registry.invalid=${mirror.host}/all`]);
    expect(await pull(from, 'registry.invalid/org/app:v1')).toEqual(IMAGE.layers[0]!.blob);
  });

  test('that does not have the image, or fails, leaves it to the registry', async () => {
    const origin = await kept(startRegistry());
    await pushImage(origin, 'org/app', 'v1', IMAGE);
    const empty = await kept(startRegistry());
    const proxy = await kept(startFaultProxy(origin.host));
    for (const mirror of [`${empty.host}/all`, '127.0.0.1:1/all']) {
      expect(await pull(registries([`${proxy.host}=${mirror}`]), `${proxy.host}/org/app:v1`)).toEqual(
        IMAGE.layers[0]!.blob,
      );
    }
  });

  test('that breaks off in the middle of a layer leaves the rest to the registry', async () => {
    const large = buildImage({ layers: [{ entries: [], compression: 'none' }] });
    const origin = await kept(startRegistry());
    const copy = await kept(startRegistry());
    await pushImage(origin, 'org/app', 'v1', large);
    await pushImage(copy, 'org/app', 'v1', large);
    const broken = await kept(startFaultProxy(copy.host));
    const seen = await kept(startFaultProxy(origin.host));
    const { digest, blob } = large.layers[0]!;
    broken.fault((path) => path.includes(digest), { kind: 'cut', after: 512 }, 1);
    broken.fault((path) => path.includes(digest), { kind: 'answer', status: 404 });
    const from = registries([`${seen.host}=${broken.host}`]);
    expect(await pull(from, `${seen.host}/org/app:v1`)).toEqual(blob);
    const asked = seen.requests.filter(({ path }) => path.includes(digest));
    expect(asked.map(({ headers }) => headers.range)).toEqual(['bytes=512-']);
  });

  test('failing together with the registry, both are named', async () => {
    const failure = pull(registries(['registry.invalid=mirror.invalid/x']), 'registry.invalid/org/app:v1');
    await expect(failure).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringMatching(/mirror\.invalid.*registry\.invalid/),
    });
  });
});

/** A proxy as companies have them: tunnels on CONNECT, for those who give the password. */
async function startProxy(password: string) {
  const tunnels: string[] = [];
  const refused: string[] = [];
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connect', ({ url = '', headers }, socket) => {
    socket.on('error', () => socket.destroy());
    const expected = `Basic ${Buffer.from(`me:${password}`).toString('base64')}`;
    if (headers['proxy-authorization'] !== expected) {
      refused.push(url);
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    tunnels.push(url);
    const [, port] = url.split(':');
    const onward = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    tunnels,
    refused,
    urlWith: (given: string) => `http://me:${given}@127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe.skipIf(!canRun)('a proxy of the environment', () => {
  function withEnvironment(variables: NodeJS.ProcessEnv): void {
    const before = { ...process.env };
    Object.assign(process.env, variables);
    onTestFinished(() => {
      for (const name of Object.keys(variables)) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    });
  }

  test('tunnels to the registry, whose certificate is still looked at', async () => {
    const registry = await kept(startRegistry({ tls: makeCertificate() }));
    await pushImage(registry, 'app', 'v1', IMAGE);
    const proxy = await kept(startProxy('right'));
    withEnvironment({ https_proxy: proxy.urlWith('right'), no_proxy: '' });
    expect(await pull(registries([], registry.ca), `${registry.host}/app:v1`)).toEqual(IMAGE.layers[0]!.blob);
    expect(new Set(proxy.tunnels)).toEqual(new Set([registry.host]));
    await expect(pull(registries([]), `${registry.host}/app:v1`)).rejects.toMatchObject({
      code: 'UNTRUSTED',
    });
  });

  test('is left aside for the hosts of NO_PROXY', async () => {
    const registry = await kept(startRegistry({ tls: makeCertificate() }));
    await pushImage(registry, 'app', 'v1', IMAGE);
    const proxy = await kept(startProxy('right'));
    withEnvironment({ https_proxy: proxy.urlWith('right'), no_proxy: '127.0.0.1' });
    expect(await pull(registries([], registry.ca), `${registry.host}/app:v1`)).toEqual(IMAGE.layers[0]!.blob);
    expect(proxy.tunnels).toEqual([]);
  });

  test('that refuses is told from the registry, and its password from nobody', async () => {
    const proxy = await kept(startProxy('right'));
    withEnvironment({ https_proxy: proxy.urlWith('wr0ng'), no_proxy: '' });
    const failure = (await pull(registries([]), 'registry.example/app:v1').catch(
      (error: unknown) => error,
    )) as Error;
    expect(failure).toMatchObject({ code: 'UNREACHABLE', message: expect.stringMatching(/proxy/i) });
    expect(failure.message).not.toContain('wr0ng');
    expect(proxy.refused).toContain('registry.example:443');
  });

  test('does not lead to what may never be contacted', async () => {
    const proxy = await kept(startProxy('right'));
    withEnvironment({ https_proxy: proxy.urlWith('right'), no_proxy: '' });
    for (const host of ['169.254.169.254', 'metadata.google.internal']) {
      await expect(pull(registries([]), `${host}/app:v1`)).rejects.toMatchObject({ code: 'REFUSED_ADDRESS' });
    }
    expect(proxy.tunnels).toEqual([]);
  });
});
