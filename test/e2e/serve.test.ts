// `clearstory serve` as an administrator starts, secures and ends it.
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ask, talk } from '../builders/api-server.ts';
import { putPgliteInto } from '../builders/pglite-folder.ts';
import { temporaryDirectory } from '../builders/temporary-directory.ts';
import { clearstory } from './run-command.ts';
import { serve, serveAsSomebody, servedFrom, serveWith } from './run-service.ts';

// Each test starts services, of which each loads a database.
vi.setConfig({ testTimeout: 180_000 });

const KEY = randomBytes(32);
const PSK = { key: KEY.toString('base64'), iss: ['quay', 'clairctl'] };

const now = () => Math.floor(Date.now() / 1000);

function token(claims: Record<string, unknown> = {}, { key = KEY, alg = 'HS256' } = {}): Promise<string> {
  return new SignJWT({ iss: 'quay', exp: now() + 300, ...claims }).setProtectedHeader({ alg }).sign(key);
}

const bearer = async (signed: Promise<string> | string) => ({ authorization: `Bearer ${await signed}` });

/** Every group, known and unknown paths, and what is no path. */
const PATHS = [
  '/indexer/api/v1/index_state',
  '/indexer/api/v1/index_report',
  `/indexer/api/v1/index_report/sha256:${'a'.repeat(64)}`,
  '/indexer/api/v1/internal/affected_manifest/',
  `/matcher/api/v1/vulnerability_report/sha256:${'a'.repeat(64)}`,
  '/matcher/api/v1/internal/update_operation',
  '/matcher/api/v1/internal/update_diff',
  '/notifier/api/v1/notification/1c1f6a0e-7d4c-4a1e-9a50-3f3c5d2b7a11',
  '/openapi/v1',
  '/',
  '/healthz',
  '/metrics',
  '/../etc/passwd',
  '/%zz',
];

describe('with a key', () => {
  test('every path is closed to whoever has no token of it', async () => {
    const { port, introspectionPort, lines } = await servedFrom(temporaryDirectory(), {
      auth: { psk: PSK },
    });
    const header = Buffer.from('{"alg":"HS256"}').toString('base64url');
    const wrong: Record<string, Record<string, string>> = {
      'no token': {},
      'no bearer': { authorization: await token() },
      'another scheme': { authorization: `bearer ${await token()}` },
      'another key': await bearer(token({}, { key: randomBytes(32) })),
      'another issuer': await bearer(token({ iss: 'somebody' })),
      'no issuer': await bearer(token({ iss: undefined })),
      expired: await bearer(token({ exp: now() - 60 })),
      'not valid yet': await bearer(token({ nbf: now() + 60 })),
      'issued in the future': await bearer(token({ iat: now() + 60 })),
      'no signature': await bearer(new UnsecuredJWT({ iss: 'quay' }).encode()),
      'a cut signature': await bearer((await token()).split('.').slice(0, 2).join('.')),
      'another algorithm claimed': await bearer((await token()).replace(/^[^.]+/, header.replace('I', 'i'))),
      garbage: { authorization: 'Bearer ...' },
    };
    for (const path of PATHS) {
      for (const [what, headers] of Object.entries(wrong)) {
        for (const method of ['GET', 'POST', 'DELETE']) {
          const { status, body, headers: answered } = await ask(port, path, { method, headers });
          expect([path, what, method, status, body.length]).toEqual([path, what, method, 401, 0]);
          expect(answered['www-authenticate']).toBeUndefined();
        }
      }
    }
    expect((await ask(port, '/robots.txt')).status).toBe(200);
    expect((await ask(introspectionPort, '/healthz')).body.toString()).toBe('ok');
    expect(JSON.stringify(lines)).not.toContain('eyJ');
  });

  test('it opens to those that Clair lets in', async () => {
    const { port } = await servedFrom(temporaryDirectory(), { auth: { psk: PSK } });
    const right = [
      token(),
      token({ exp: undefined }),
      token({ iss: 'clair-intraservice' }),
      token({ exp: now() - 10 }),
      token({}, { alg: 'HS384' }),
      token({}, { alg: 'HS512' }),
    ];
    for (const each of right) {
      expect((await ask(port, '/openapi/v1', { headers: await bearer(each) })).status).toBe(200);
    }
    expect((await ask(port, '/unknown', { headers: await bearer(token()) })).status).toBe(404);
  });
});

describe('what is sent', () => {
  test('has limits, and the service lives on', async () => {
    const limits = { body_bytes: 10_000, header_bytes: 4096 };
    const { port, child } = await servedFrom(temporaryDirectory(), { clearstory: { limits } });
    const post = (body: Buffer | string, headers = {}) =>
      ask(port, '/indexer/api/v1/index_report', { method: 'POST', body, headers });
    const large = await post(Buffer.alloc(2_000_000, ' '));
    expect([large.status, JSON.parse(large.body.toString()).code]).toEqual([413, 'too-large']);
    expect((await post(Buffer.alloc(2_000_000, ' '), { 'transfer-encoding': 'chunked' })).status).toBe(413);
    expect((await ask(port, '/', { headers: { x: 'y'.repeat(5000) } })).status).toBe(431);
    for (const body of [
      '',
      '\0',
      '{"hash":',
      '[]',
      '"x"',
      '1e999',
      `${'['.repeat(4000)}`,
      randomBytes(5000),
    ]) {
      const { status, body: answer } = await post(body);
      expect([status, JSON.parse(answer.toString()).code]).toEqual([400, 'bad-request']);
      expect(answer.every((byte) => byte < 0x7f)).toBe(true);
    }
    for (const bytes of [randomBytes(3000), '\r\n\r\n', 'GET\r\n\r\n', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']) {
      expect(await talk(port, bytes)).toMatch(/^(HTTP\/1.1 4|$)/);
    }
    expect((await ask(port, '/indexer/api/v1/index_state')).status).toBe(200);
    expect(child.exitCode).toBeNull();
  });
});

describe('without a configuration', () => {
  test('it says who can reach it and how to let Quay in', async () => {
    const folder = temporaryDirectory();
    await putPgliteInto(join(folder, 'clearstory'));
    const isTaken = await somebodyListensAt(6060);
    const service = serveAsSomebody(folder, { XDG_DATA_HOME: folder });
    if (isTaken) {
      expect(await service.exit).toBe(1);
    } else {
      await service.ready();
      expect(service.port).toBe(6060);
      expect(await service.end()).toBe(0);
    }
    expect(service.text).toContain('this serves 127.0.0.1:6060 alone, without tokens');
    expect(service.text).toContain(`from ${folder}/clearstory`);
    expect(service.text).toContain('openssl rand -base64 32');
    expect(service.text).toMatch(/auth:\n {4}psk:\n {6}key: /);
  });
});

describe('what keeps it from running is one sentence', () => {
  const fails = async (args: readonly string[], variables: NodeJS.ProcessEnv = {}) => {
    const service = serveWith(args, temporaryDirectory(), variables);
    const code = await service.exit;
    return { code, text: service.text.trim() };
  };

  test('a port in use', async () => {
    const folder = temporaryDirectory();
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const service = await serve(folder, { http_listen_addr: `127.0.0.1:${port}` });
    expect(await service.exit).toBe(1);
    expect(service.text.trim()).toBe(
      `clearstory: cannot listen on 127.0.0.1:${port} (http_listen_addr): another program listens there; stop it, or choose another port`,
    );
  });

  test('a configuration that is not there, not readable, not right', async () => {
    const folder = temporaryDirectory();
    const write = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    mkdirSync(join(folder, 'folder.yaml'));
    for (const path of [
      join(folder, 'none.yaml'),
      join(folder, 'folder.yaml'),
      write('wrong.yml', '{}'),
      write('broken.yaml', 'a: ['),
      write('unknown.yaml', 'indexr: {}'),
    ]) {
      const { code, text } = await fails(['--config', path]);
      expect([code, text]).toEqual([2, expect.stringMatching(/^clearstory: .*\S$/)]);
    }
    expect(await fails([], { CLAIR_CONF: join(folder, 'none.yaml') })).toMatchObject({ code: 2 });
  });

  test('an unknown mode or option', async () => {
    expect(await fails(['--mode', 'everything'])).toMatchObject({ code: 2 });
    expect(await fails(['--colour'])).toMatchObject({ code: 2, text: expect.stringContaining('--colour') });
  });

  test('a certificate that is not there', async () => {
    const folder = temporaryDirectory();
    const service = await serve(folder, { tls: { cert: '/none.pem', key: '/none.key' } });
    expect(await service.exit).toBe(1);
    expect(service.text.trim()).toBe(
      'clearstory: /none.pem (tls.cert) cannot be read: there is no such file',
    );
  });
});

test('introspection that cannot listen does not keep the service down', async () => {
  const first = await servedFrom(temporaryDirectory());
  const second = await servedFrom(temporaryDirectory(), {
    introspection_addr: `127.0.0.1:${first.introspectionPort}`,
  });
  expect((await ask(second.port, '/openapi/v1')).status).toBe(200);
  await second.logged('there will be neither health checks nor metrics');
});

test('help takes no longer than before', async () => {
  const { code, stdout } = await clearstory(['serve', '--help'], temporaryDirectory());
  expect(code).toBe(0);
  expect(stdout).toContain('--mode');
});

async function somebodyListensAt(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(true));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)));
  });
}
