// Images of daemons: a real Podman, and a server that plays what Docker answers when something is wrong.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildImage, dockerArchive, writeArchive } from '../../../test/builders/image.ts';
import { isInstalled } from '../../../test/builders/installed.ts';
import { openImage } from '../../../test/builders/open-image.ts';
import { startPodman } from '../../../test/builders/podman.ts';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import { baseLayer, updateLayer } from '../../../test/builders/windows-image.ts';
import { daemonAddress } from './daemon-address.ts';

const IMAGE = buildImage({ layers: [baseLayer(), updateLayer(5000)] });

test.skipIf(!isInstalled('podman'))(
  'an image that Podman has is the one that was loaded',
  async () => {
    const podman = await startPodman();
    onTestFinished(() => podman.close());
    const archive = join(temporaryDirectory(), 'image.tar');
    writeArchive(archive, dockerArchive([{ image: IMAGE, tag: 'localhost/org/app:v1' }]));
    podman.load(archive);
    for (const [engine, variable] of [
      ['podman', 'CONTAINER_HOST'],
      ['docker', 'DOCKER_HOST'],
    ]) {
      const environment = { [variable!]: `unix://${podman.socketPath}` };
      const image = await openImage(`${engine}:localhost/org/app:v1`, { environment });
      expect(image.layers.map(({ diffId }) => diffId)).toEqual(IMAGE.layers.map(({ diffId }) => diffId));
      expect(image.config.osVersion).toBe('10.0.20348.2322');
      const [layer] = image.layers;
      const chunks: Buffer[] = [];
      for await (const chunk of image.openLayer(layer!)) chunks.push(chunk);
      expect(Buffer.concat(chunks)).toEqual(IMAGE.layers[0]!.tar);
      await image.close();
      await expect(openImage(`${engine}:localhost/nope:v1`, { environment })).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringContaining(`leaving out "${engine}:"`),
      });
    }
  },
  60_000,
);

describe('what may go wrong', () => {
  /** The message with which opening an image of a daemon that answers so ends. */
  async function failure(listener: RequestListener): Promise<unknown> {
    const socketPath = join(temporaryDirectory(), 'docker.sock');
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    onTestFinished(() => void server.close());
    const opening = openImage('docker:app:v1', { environment: { DOCKER_HOST: `unix://${socketPath}` } });
    return opening.catch((error: unknown) => error);
  }

  test('the name is one part of the path', async () => {
    let path: string | undefined;
    await failure(({ url }, response) => {
      path = url;
      response.writeHead(404).end('{"message":"No such image"}');
    });
    expect(path).toBe('/images/app%3Av1/get');
  });

  test.each<[what: string, listener: RequestListener, code: string, words: RegExp]>([
    [
      'no such image',
      (_, response) => response.writeHead(404).end('{"message":"No such image: app:v1"}'),
      'NOT_FOUND',
      /pull it first/,
    ],
    [
      'a failure',
      (_, response) => response.writeHead(500).end('{"message":"disk on fire"}'),
      'UNREADABLE',
      /HTTP 500: disk on fire/,
    ],
    ['a page', (_, response) => response.writeHead(403).end('<html>'), 'UNREADABLE', /is it the daemon/],
    [
      'an archive that breaks off',
      (_, response) => {
        response.writeHead(200, { 'content-length': 10_000 });
        response.write(Buffer.alloc(512));
        setTimeout(() => response.destroy(), 20);
      },
      'UNREADABLE',
      /broke off/,
    ],
    ['no archive', (_, response) => response.end('nonsense'), 'INVALID_ARCHIVE', /not a usable tar/],
  ])('%s', async (_what, listener, code, words) => {
    expect(await failure(listener)).toMatchObject({ code, message: expect.stringMatching(words) });
  });

  test('nobody listens', async () => {
    const environment = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
    await expect(openImage('docker:app', { environment })).rejects.toMatchObject({
      code: 'UNREADABLE',
      message: expect.stringMatching(/unix:\/\/\/nowhere\/docker\.sock.*DOCKER_HOST/),
    });
  });
});

describe('daemonAddress', () => {
  /** A home with the context `remote`. */
  function home(): string {
    const folder = temporaryDirectory();
    const context = join(
      folder,
      '.docker/contexts/meta',
      createHash('sha256').update('remote').digest('hex'),
    );
    mkdirSync(context, { recursive: true });
    writeFileSync(join(context, 'meta.json'), '{"Endpoints":{"docker":{"Host":"tcp://build.example:2375"}}}');
    return folder;
  }

  test.each([
    ['docker', {}, 'unix:///var/run/docker.sock'],
    ['podman', {}, 'unix:///run/podman/podman.sock'],
    ['docker', { DOCKER_HOST: 'unix:///x.sock' }, 'unix:///x.sock'],
    ['docker', { DOCKER_CONTEXT: 'remote' }, 'tcp://build.example:2375'],
    ['docker', { DOCKER_CONTEXT: 'default' }, 'unix:///var/run/docker.sock'],
    ['docker', { DOCKER_CONTEXT: 'remote', DOCKER_HOST: 'tcp://other.example:1' }, 'tcp://other.example:1'],
    ['podman', { CONTAINER_HOST: 'tcp://pod.example:8080' }, 'tcp://pod.example:8080'],
  ] as const)('of %s with %j', (engine, variables, shown) => {
    expect(daemonAddress(engine, { HOME: home(), ...variables }).shown).toBe(shown);
  });

  test('TLS as Docker has it', () => {
    const environment = { HOME: '/home/me', DOCKER_HOST: 'tcp://a.example:2376', DOCKER_TLS_VERIFY: '1' };
    expect(daemonAddress('docker', environment)).toMatchObject({
      origin: 'https://a.example:2376',
      certificates: '/home/me/.docker',
    });
    const other = { ...environment, DOCKER_CERT_PATH: '/certs' };
    expect(daemonAddress('docker', other).certificates).toBe('/certs');
  });

  test.each(['ssh://user@host', 'npipe:////./pipe/docker_engine', 'nonsense', 'tcp://u:secret@a.example'])(
    '%s is refused with what to do',
    (address) => {
      const refused = () => daemonAddress('docker', { DOCKER_HOST: address });
      expect(refused).toThrow(expect.objectContaining({ code: 'BAD_CONFIGURATION' }));
      expect(refused).toThrow(/forward the socket/);
      expect(refused).not.toThrow(/secret/);
    },
  );

  test('a context that is not there', () => {
    expect(() => daemonAddress('docker', { HOME: home(), DOCKER_CONTEXT: 'gone' })).toThrow(
      /"gone" has no address/,
    );
  });
});
