// Where daemons are looked for.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import { daemonAddress } from './daemon-address.ts';

const RUNTIME = { XDG_RUNTIME_DIR: '/run/user/1000' };
const NOWHERE = { HOME: '/nonexistent' };

function write(path: string, content: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(content));
}

/** Folder of a context's files, named by the SHA-256 of its name. */
function contextPath(folder: string, kind: 'meta' | 'tls', name: string): string {
  return join(folder, 'contexts', kind, createHash('sha256').update(name).digest('hex'));
}

/** A home whose Docker has the contexts `remote` and `empty`. */
function homeWithContexts(): string {
  const home = temporaryDirectory();
  const docker = join(home, '.docker');
  write(join(contextPath(docker, 'meta', 'remote'), 'meta.json'), {
    Name: 'remote',
    Endpoints: { docker: { Host: 'tcp://build.example:2375' } },
  });
  write(join(contextPath(docker, 'meta', 'empty'), 'meta.json'), { Name: 'empty', Endpoints: {} });
  return home;
}

describe('sockets', () => {
  test.each([
    ['docker', {}, [], '/var/run/docker.sock'],
    ['docker', RUNTIME, [], '/var/run/docker.sock'],
    ['docker', RUNTIME, ['/run/user/1000/docker.sock'], '/run/user/1000/docker.sock'],
    ['docker', RUNTIME, ['/var/run/docker.sock', '/run/user/1000/docker.sock'], '/var/run/docker.sock'],
    ['podman', {}, [], '/run/podman/podman.sock'],
    ['podman', RUNTIME, [], '/run/user/1000/podman/podman.sock'],
    ['podman', RUNTIME, ['/run/podman/podman.sock'], '/run/podman/podman.sock'],
    [
      'podman',
      RUNTIME,
      ['/run/podman/podman.sock', '/run/user/1000/podman/podman.sock'],
      '/run/user/1000/podman/podman.sock',
    ],
  ] as const)('of %s with %j, where there is %j', (engine, variables, there, socketPath) => {
    const exists = (path: string): boolean => (there as readonly string[]).includes(path);
    expect(daemonAddress(engine, { ...NOWHERE, ...variables }, exists)).toEqual({
      shown: `unix://${socketPath}`,
      socketPath,
      origin: 'http://localhost',
      certificates: undefined,
    });
  });
});

describe('addresses of the environment', () => {
  const TLS = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' };

  test.each([
    ['docker', { DOCKER_HOST: 'tcp://a.example:1234' }, 'http://a.example:1234', undefined],
    ['docker', { DOCKER_HOST: 'tcp://a.example' }, 'http://a.example:2375', undefined],
    ['docker', { DOCKER_HOST: 'tcp://a.example:80' }, 'http://a.example', undefined],
    ['docker', { DOCKER_HOST: 'tcp://[::1]' }, 'http://[::1]:2375', undefined],
    ['docker', { DOCKER_HOST: 'http://a.example' }, 'http://a.example', undefined],
    ['docker', { DOCKER_HOST: 'https://a.example' }, 'https://a.example', undefined],
    ['docker', { DOCKER_HOST: 'tcp://a.example:443', ...TLS }, 'https://a.example', '/certs'],
    ['docker', { DOCKER_HOST: 'tcp://a.example', ...TLS }, 'https://a.example:2376', '/certs'],
    ['docker', { DOCKER_HOST: 'unix:///x.sock', ...TLS }, 'http://localhost', undefined],
    [
      'docker',
      { DOCKER_HOST: 'tcp://a.example:1', DOCKER_CERT_PATH: '/certs' },
      'http://a.example:1',
      undefined,
    ],
    [
      'docker',
      { DOCKER_HOST: 'tcp://a.example:1', DOCKER_TLS_VERIFY: '1' },
      'https://a.example:1',
      '/nonexistent/.docker',
    ],
    [
      'docker',
      { DOCKER_HOST: 'tcp://a.example:1', DOCKER_TLS_VERIFY: '1', DOCKER_CONFIG: '/conf' },
      'https://a.example:1',
      '/conf',
    ],
    ['podman', { CONTAINER_HOST: 'tcp://p.example:8080' }, 'http://p.example:8080', undefined],
    ['podman', { CONTAINER_HOST: 'tcp://p.example:8080', ...TLS }, 'http://p.example:8080', undefined],
    ['podman', { DOCKER_HOST: 'tcp://a.example:1' }, 'http://localhost', undefined],
    ['docker', { CONTAINER_HOST: 'tcp://p.example:1' }, 'http://localhost', undefined],
  ] as const)('of %s by %j', (engine, variables, origin, certificates) => {
    const address = daemonAddress(engine, { ...NOWHERE, ...variables }, () => false);
    expect(address).toMatchObject({ origin, certificates });
  });

  test.each([
    ['docker', 'DOCKER_HOST', 'ssh://user@host', /ssh -N -L .*docker\.sock.*DOCKER_HOST=unix:/],
    ['podman', 'CONTAINER_HOST', 'ssh://user@host/run', /ssh -N -L .*podman\.sock.*CONTAINER_HOST=unix:/],
    ['docker', 'DOCKER_HOST', 'npipe:////./pipe/docker_engine', /docker save.*docker-archive:/],
    ['docker', 'DOCKER_HOST', 'nonsense', /unix:\/\/PATH or tcp:/],
    ['docker', 'DOCKER_HOST', 'unix://', /unix:\/\/PATH or tcp:/],
    ['docker', 'DOCKER_HOST', 'tcp://a:b:c', /unix:\/\/PATH or tcp:/],
    ['docker', 'DOCKER_HOST', 'tcp://user:secret@a.example', /without a user name/],
  ] as const)('%s refuses %s=%s and says what to do', (engine, variable, address, advice) => {
    const refused = () => daemonAddress(engine, { ...NOWHERE, [variable]: address }, () => false);
    expect(refused).toThrow(expect.objectContaining({ code: 'BAD_CONFIGURATION' }));
    expect(refused).toThrow(new RegExp(`^${variable} is `));
    expect(refused).toThrow(advice);
    expect(refused).not.toThrow(/secret/);
  });
});

describe('contexts of Docker', () => {
  test.each([
    [{ DOCKER_CONTEXT: 'remote' }, 'tcp://build.example:2375'],
    [{ DOCKER_CONTEXT: 'default' }, 'unix:///var/run/docker.sock'],
    [{ DOCKER_CONTEXT: 'remote', DOCKER_HOST: 'tcp://other.example:1' }, 'tcp://other.example:1'],
  ])('by %j', (variables, shown) => {
    const address = daemonAddress('docker', { HOME: homeWithContexts(), ...variables }, () => false);
    expect(address.shown).toBe(shown);
  });

  test('config.json names the current one, unless DOCKER_CONTEXT does', () => {
    const home = homeWithContexts();
    write(join(home, '.docker/config.json'), { currentContext: 'remote' });
    expect(daemonAddress('docker', { HOME: home }, () => false).shown).toBe('tcp://build.example:2375');
    const other = daemonAddress('docker', { HOME: home, DOCKER_CONTEXT: 'default' }, () => false);
    expect(other.shown).toBe('unix:///var/run/docker.sock');
  });

  test('DOCKER_CONFIG says where they are', () => {
    const environment = { DOCKER_CONFIG: join(homeWithContexts(), '.docker'), DOCKER_CONTEXT: 'remote' };
    expect(daemonAddress('docker', environment, () => false).shown).toBe('tcp://build.example:2375');
  });

  test('they have certificates of their own', () => {
    const home = homeWithContexts();
    const certificates = join(contextPath(join(home, '.docker'), 'tls', 'remote'), 'docker');
    const environment = { HOME: home, DOCKER_CONTEXT: 'remote', DOCKER_TLS_VERIFY: '1' };
    expect(daemonAddress('docker', environment, (path) => path === certificates)).toMatchObject({
      origin: 'https://build.example:2375',
      certificates,
    });
    expect(daemonAddress('docker', environment, () => false).origin).toBe('http://build.example:2375');
  });

  test.each(['gone', 'empty'])('one that is %s is said to have no address', (name) => {
    const environment = { HOME: homeWithContexts(), DOCKER_CONTEXT: name };
    expect(() => daemonAddress('docker', environment)).toThrow(
      expect.objectContaining({
        code: 'BAD_CONFIGURATION',
        message: expect.stringContaining(`the Docker context "${name}" has no address`),
      }),
    );
  });

  test('a config.json that is no JSON names none', () => {
    const home = temporaryDirectory();
    mkdirSync(join(home, '.docker'));
    writeFileSync(join(home, '.docker/config.json'), '{"currentContext":');
    expect(daemonAddress('docker', { HOME: home }, () => false).shown).toBe('unix:///var/run/docker.sock');
  });
});
