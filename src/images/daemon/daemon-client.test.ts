// What daemons answer when something is wrong, and that the client says so and stays small.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeCertificate } from '../../../test/builders/certificates.ts';
import { isInstalled } from '../../../test/builders/installed.ts';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import { type DaemonAddress, daemonAddress, type Engine } from './daemon-address.ts';
import { exportImage } from './daemon-client.ts';

const MIB = 1024 ** 2;

function socketAddress(engine: Engine, socketPath: string): DaemonAddress {
  const variable = engine === 'docker' ? 'DOCKER_HOST' : 'CONTAINER_HOST';
  return daemonAddress(engine, { [variable]: `unix://${socketPath}` });
}

/** A daemon that answers so. */
async function daemon(listener: RequestListener): Promise<DaemonAddress> {
  const socketPath = join(temporaryDirectory(), 'docker.sock');
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return socketAddress('docker', socketPath);
}

async function archive(
  address: DaemonAddress,
  reference = 'app:v1',
  engine: Engine = 'docker',
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of exportImage(engine, address, reference)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const failure = (address: DaemonAddress, reference?: string, engine?: Engine): Promise<Error> =>
  archive(address, reference, engine).then(
    () => expect.unreachable('the archive was given'),
    (error: Error) => error,
  );

test('what the daemon sends is what comes', async () => {
  const content = Buffer.from('an archive, as far as the client cares');
  const address = await daemon((_, response) => {
    response.write(content.subarray(0, 10));
    response.end(content.subarray(10));
  });
  expect(await archive(address)).toEqual(content);
});

test.each([
  ['app:v1', '/images/app%3Av1/get'],
  ['registry.example:5000/org/app:v1', '/images/registry.example%3A5000%2Forg%2Fapp%3Av1/get'],
  ['app@sha256:abc', '/images/app%40sha256%3Aabc/get'],
  ['../info?x=1#y', '/images/..%2Finfo%3Fx%3D1%23y/get'],
])('the name %s is one part of the path', async (reference, path) => {
  const address = await daemon(({ method, url }, response) => response.end(`${method} ${url}`));
  expect(String(await archive(address, reference))).toBe(`GET ${path}`);
});

test.each(['', '.', '..'])('"%s" is no name, and nobody is asked', async (reference) => {
  const address = await daemon((_, response) => response.end('asked'));
  expect(await failure(address, reference)).toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('docker:NAME:TAG'),
  });
});

describe('refusals', () => {
  test.each<[what: string, status: number, body: string, code: string, words: RegExp]>([
    [
      'no such image',
      404,
      '{"message":"No such image: app:v1"}',
      'NOT_FOUND',
      /docker pull --platform windows\/amd64 app:v1.*leaving out "docker:"/,
    ],
    ['a page in place of no such image', 404, '<html>', 'UNREADABLE', /HTTP 404; is it docker that answers/],
    ['a failure', 500, '{"message":"disk on fire"}', 'UNREADABLE', /HTTP 500: disk on fire$/],
    ['a page', 403, '<html>', 'UNREADABLE', /HTTP 403; is it docker that answers/],
    ['JSON of another kind', 500, 'null', 'UNREADABLE', /HTTP 500; is it docker that answers/],
    ['a redirect, which no daemon sends', 302, '', 'UNREADABLE', /HTTP 302/],
    [
      'words for a terminal',
      500,
      JSON.stringify({ message: '\u001b[31mred\r\nnext \u009b31m' }),
      'UNREADABLE',
      /HTTP 500: {2}\[31mred next {2}31m$/,
    ],
    [
      'more words than anybody reads',
      500,
      JSON.stringify({ message: 'x'.repeat(1000) }),
      'UNREADABLE',
      /: x{300}$/,
    ],
  ])('%s', async (_what, status, body, code, words) => {
    const address = await daemon((_, response) => response.writeHead(status).end(body));
    expect(await failure(address)).toMatchObject({ code, message: expect.stringMatching(words) });
  });

  test('one that does not end is not read to its end', async () => {
    let sentBytes = 0;
    const piece = Buffer.alloc(MIB, 'x');
    const address = await daemon((_, response) => {
      response.writeHead(500);
      const send = (): void => {
        while (sentBytes < 64 * MIB) {
          sentBytes += piece.length;
          if (!response.write(piece)) return void response.once('drain', send);
        }
        response.end();
      };
      send();
    });
    expect(await failure(address)).toMatchObject({ code: 'UNREADABLE' });
    expect(sentBytes).toBeLessThan(16 * MIB);
  });
});

describe('connections', () => {
  test.each<[what: string, listener: RequestListener, words: RegExp]>([
    [
      'broken off before the announced end',
      (_, response) => {
        response.writeHead(200, { 'content-length': 10_000 });
        response.write(Buffer.alloc(512), () => response.destroy());
      },
      /broke off/,
    ],
    [
      'broken off without an end announced',
      (_, response) => void response.write(Buffer.alloc(512), () => response.destroy()),
      /broke off/,
    ],
    ['closed without an answer', ({ socket }) => socket.destroy(), /broke off/],
    ['of something else than HTTP', ({ socket }) => socket.end('SSH-2.0-OpenSSH\r\n'), /cannot be used/],
  ])('%s', async (_what, listener, words) => {
    const address = await daemon(listener);
    const message = expect.stringMatching(words);
    expect(await failure(address)).toMatchObject({ code: 'UNREADABLE', message });
    expect((await failure(address)).message).toContain(address.shown);
  });

  test.each([
    ['docker', /systemctl start docker\).*DOCKER_HOST/],
    ['podman', /systemctl --user start podman\.socket\).*CONTAINER_HOST/],
  ] as const)('nobody listens for %s', async (engine, advice) => {
    const folder = temporaryDirectory();
    const missing = socketAddress(engine, join(folder, 'missing.sock'));
    const left = socketAddress(engine, join(folder, 'left.sock'));
    writeFileSync(left.socketPath!, '');
    for (const address of [missing, left]) {
      const error = await failure(address, 'app', engine);
      expect(error).toMatchObject({ code: 'UNREADABLE', message: expect.stringMatching(advice) });
      expect(error.message).toContain(`nobody listens at ${address.shown}`);
    }
  });

  test('the reason of an abort passes through, before the answer and within', async () => {
    const silent = await daemon(() => undefined);
    const halting = await daemon((_, response) => void response.write(Buffer.alloc(512)));
    for (const address of [silent, halting]) {
      const abort = new AbortController();
      const reason = new Error('enough');
      setTimeout(() => abort.abort(reason), 50);
      const chunks = exportImage('docker', address, 'app', abort.signal);
      const readAll = async (): Promise<void> => {
        for await (const _ of chunks);
      };
      await expect(readAll()).rejects.toBe(reason);
    }
  });

  test('a reader that stops early ends the connection', async () => {
    let onClose = (): void => undefined;
    const closed = new Promise<void>((resolve) => {
      onClose = resolve;
    });
    const address = await daemon((_, response) => {
      response.once('close', onClose);
      response.write(Buffer.alloc(512));
    });
    for await (const _ of exportImage('docker', address, 'app')) break;
    await expect(closed).resolves.toBeUndefined();
  });
});

describe.skipIf(!isInstalled('openssl'))('TLS', () => {
  /** A daemon that asks for a certificate and tells who showed it, with the folder of what its clients need. */
  async function secureDaemon(): Promise<{ environment: NodeJS.ProcessEnv; certificates: string }> {
    const { ca, certificate, key } = makeCertificate();
    const certificates = join(temporaryDirectory(), 'certificates');
    mkdirSync(certificates);
    writeFileSync(join(certificates, 'ca.pem'), ca);
    writeFileSync(join(certificates, 'cert.pem'), certificate);
    writeFileSync(join(certificates, 'key.pem'), key);
    const options = { cert: certificate, key, ca, requestCert: true, rejectUnauthorized: false };
    const server: Server = createHttpsServer(options, ({ socket }, response) => {
      response.end((socket as TLSSocket).getPeerCertificate().subject?.CN ?? 'nobody');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const host = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const environment = { DOCKER_HOST: host, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certificates };
    return { environment, certificates };
  }

  test('client and daemon show each other their certificates', async () => {
    const { environment } = await secureDaemon();
    expect(String(await archive(daemonAddress('docker', environment)))).toBe('localhost');
  });

  test('a client needs none where the daemon does not insist', async () => {
    const { environment, certificates } = await secureDaemon();
    const folder = temporaryDirectory();
    copyFileSync(join(certificates, 'ca.pem'), join(folder, 'ca.pem'));
    const address = daemonAddress('docker', { ...environment, DOCKER_CERT_PATH: folder });
    expect(String(await archive(address))).toBe('nobody');
  });

  test('a daemon of another authority is not trusted', async () => {
    const { environment } = await secureDaemon();
    const other = await secureDaemon();
    const address = daemonAddress('docker', { ...environment, DOCKER_CERT_PATH: other.certificates });
    expect(await failure(address)).toMatchObject({
      code: 'UNREADABLE',
      message: expect.stringMatching(/certificate/),
    });
  });

  test('a folder without ca.pem is named', async () => {
    const { environment } = await secureDaemon();
    const address = daemonAddress('docker', { ...environment, DOCKER_CERT_PATH: temporaryDirectory() });
    expect(await failure(address)).toMatchObject({
      code: 'NOT_FOUND',
      message: `${join(address.certificates!, 'ca.pem')} does not exist`,
    });
  });
});
