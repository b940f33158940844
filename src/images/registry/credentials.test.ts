// Credentials from the places where Docker and Podman leave them; helpers are real programs here.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import { CredentialStore } from './credentials.ts';

const basic = (username: string, password: string): string =>
  Buffer.from(`${username}:${password}`).toString('base64');

interface Setting {
  docker?: unknown;
  containers?: unknown;
  named?: unknown;
  /** Name and script of credential helpers. */
  helpers?: Readonly<Record<string, string>>;
}

/** An environment with these files and programs and nothing else. */
function environment({ docker, containers, named, helpers = {} }: Setting): NodeJS.ProcessEnv {
  const home = temporaryDirectory();
  const write = (path: string, content: unknown): string => {
    const place = join(home, path);
    mkdirSync(join(place, '..'), { recursive: true });
    writeFileSync(place, typeof content === 'string' ? content : JSON.stringify(content));
    return place;
  };
  if (docker !== undefined) write('.docker/config.json', docker);
  if (containers !== undefined) write('.config/containers/auth.json', containers);
  for (const [name, script] of Object.entries(helpers)) {
    chmodSync(write(`bin/docker-credential-${name}`, `#!/bin/sh\n${script}\n`), 0o755);
  }
  return {
    HOME: home,
    PATH: `${join(home, 'bin')}:/usr/bin:/bin`,
    ...(named !== undefined && { REGISTRY_AUTH_FILE: write('named.json', named) }),
  };
}

const find = (setting: Setting, registry: string, repository = 'org/app') =>
  new CredentialStore(environment(setting)).find(registry, repository);

describe('files', () => {
  test.each([
    ['quay.io', { auths: { 'quay.io': { auth: basic('u', 'p:w') } } }],
    ['quay.io', { auths: { 'https://quay.io': { auth: basic('u', 'p:w') } } }],
    ['quay.io', { auths: { 'https://quay.io/v2/': { auth: basic('u', 'p:w') } } }],
    ['quay.io', { auths: { 'quay.io': { username: 'u', password: 'p:w' } } }],
    ['docker.io', { auths: { 'https://index.docker.io/v1/': { auth: basic('u', 'p:w') } } }],
    ['docker.io', { auths: { 'docker.io': { auth: basic('u', 'p:w') } } }],
    ['localhost:5000', { auths: { 'localhost:5000': { auth: basic('u', 'p:w') } } }],
  ])('for %s of %j', async (registry, docker) => {
    expect(await find({ docker }, registry)).toMatchObject({
      kind: 'password',
      username: 'u',
      password: 'p:w',
    });
  });

  test('nothing for another registry, another port, a longer name', async () => {
    const docker = { auths: { 'quay.io': { auth: basic('u', 'p') } } };
    for (const registry of ['quay.io:8443', 'evil-quay.io', 'quay.io.evil.example', 'docker.io']) {
      expect(await find({ docker }, registry)).toBeUndefined();
    }
  });

  test('of namespaces the most specific', async () => {
    const containers = {
      auths: {
        'quay.io': { auth: basic('all', 'x') },
        'quay.io/org': { auth: basic('org', 'x') },
        'quay.io/org/app': { auth: basic('app', 'x') },
      },
    };
    expect(await find({ containers }, 'quay.io', 'org/app')).toMatchObject({ username: 'app' });
    expect(await find({ containers }, 'quay.io', 'org/other')).toMatchObject({ username: 'org' });
    expect(await find({ containers }, 'quay.io', 'organisation/app')).toMatchObject({ username: 'all' });
  });

  test("Podman's file before Docker's, REGISTRY_AUTH_FILE in place of both", async () => {
    const of = (username: string) => ({ auths: { 'quay.io': { auth: basic(username, 'x') } } });
    expect(await find({ docker: of('docker'), containers: of('podman') }, 'quay.io')).toMatchObject({
      username: 'podman',
    });
    const named = { docker: of('docker'), named: { auths: {} } };
    expect(await find(named, 'quay.io')).toBeUndefined();
  });

  test('tokens', async () => {
    const docker = {
      auths: {
        'a.example': { identitytoken: 'refresh', auth: basic('<token>', '') },
        'b.example': { registrytoken: 'access' },
      },
    };
    expect(await find({ docker }, 'a.example')).toMatchObject({ kind: 'identity-token', token: 'refresh' });
    expect(await find({ docker }, 'b.example')).toMatchObject({ kind: 'bearer', token: 'access' });
  });

  test('what was given on the command line is for one registry only', async () => {
    const given = { registry: 'quay.io', username: 'me', password: 'secret' };
    const store = new CredentialStore(environment({}), given);
    expect(await store.find('quay.io', 'a')).toMatchObject({ username: 'me' });
    expect(await store.find('docker.io', 'a')).toBeUndefined();
  });

  test.each([
    ['{"auths": ', 'is not valid JSON'],
    [{ auths: { 'quay.io': { auth: 'c2VjcmV0d2l0aG91dGNvbG9u' } } }, 'log in again'],
    [{ auths: [] }, 'is not a JSON object'],
  ])('a damaged file %j is named, what it holds is not', async (docker, words) => {
    const failure = (await find({ docker }, 'quay.io').catch((error: unknown) => error)) as Error;
    expect(failure).toMatchObject({ code: 'BAD_CONFIGURATION' });
    expect(failure.message).toContain('config.json');
    expect(failure.message).toContain(words);
    expect(failure.message).not.toMatch(/secretwithoutcolon|c2VjcmV0/);
  });

  test('REGISTRY_AUTH_FILE must be there', async () => {
    const store = new CredentialStore({ HOME: '/nowhere', REGISTRY_AUTH_FILE: '/nowhere/auth.json' });
    await expect(store.find('quay.io', 'a')).rejects.toMatchObject({
      code: 'BAD_CONFIGURATION',
      message: expect.stringMatching(/REGISTRY_AUTH_FILE/),
    });
  });
});

describe('helpers', () => {
  const answer = (username: string, secret: string): string =>
    `read server; printf '%s' "$server" > "$HOME/asked"; echo '{"ServerURL":"x","Username":"${username}","Secret":"${secret}"}'`;

  test('the one for the registry, asked by the name of the registry', async () => {
    const env = environment({
      docker: { credHelpers: { 'quay.io': 'cloud' }, credsStore: 'keychain' },
      helpers: { cloud: answer('robot', 'pw'), keychain: 'exit 1' },
    });
    expect(await new CredentialStore(env).find('quay.io', 'a')).toEqual({
      kind: 'password',
      username: 'robot',
      password: 'pw',
      from: 'docker-credential-cloud',
    });
    expect(readFileSync(join(env.HOME!, 'asked'), 'utf8')).toBe('quay.io');
  });

  test('the general store for all others; an identity token', async () => {
    const setting = {
      docker: { credsStore: 'keychain' },
      helpers: { keychain: answer('<token>', 'refresh') },
    };
    expect(await find(setting, 'acr.example')).toMatchObject({ kind: 'identity-token', token: 'refresh' });
  });

  test('one that has nothing', async () => {
    const setting = {
      docker: { credsStore: 'keychain' },
      helpers: { keychain: 'echo "credentials not found in native keychain"; exit 1' },
    };
    expect(await find(setting, 'quay.io')).toBeUndefined();
    expect(await find(setting, 'docker.io')).toBeUndefined();
  });

  test.each([
    ['is not there', {}, /not installed/],
    ['fails', { broken: 'echo "token=secret" >&2; echo "secret"; exit 3' }, /with code 3/],
    ['answers otherwise', { broken: 'echo secret' }, /cannot be read/],
  ])('one that %s', async (_what, helpers, message) => {
    const setting = { docker: { credHelpers: { 'quay.io': 'broken' } }, helpers };
    const failure = (await find(setting, 'quay.io').catch((error: unknown) => error)) as Error;
    expect(failure).toMatchObject({ code: 'BAD_CONFIGURATION' });
    expect(failure.message).toMatch(message);
    expect(failure.message).not.toContain('secret');
  });

  test('a name that is a path runs nothing', async () => {
    const failure = await find({ docker: { credsStore: '../../evil' } }, 'quay.io').catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({
      code: 'BAD_CONFIGURATION',
      message: expect.stringMatching(/no name of a program/),
    });
  });
});
