// `clearstory ctl` as somebody uses it who knows clairctl: against a server that plays a Clair, and a real registry.
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildImage } from '../builders/image.ts';
import { isInstalled } from '../builders/installed.ts';
import { serveOnLoopback } from '../builders/loopback-server.ts';
import { pushImage } from '../builders/push-image.ts';
import { startRegistry } from '../builders/registry.ts';
import { temporaryDirectory } from '../builders/temporary-directory.ts';
import { type CommandResult, clearstory, finished, start } from './run-command.ts';

const canRun = isInstalled('docker-registry');

const KEY = 'c2VjcmV0LW9mLWJvdGg=';
const CONFIG = `auth: { psk: { key: ${KEY}, iss: [quay, clairctl] } }\n`;
const DIGEST = `sha256:${'ab'.repeat(32)}`;

interface Asked {
  line: string;
  headers: IncomingHttpHeaders;
  body?: unknown;
}

interface Clair {
  url: string;
  asked: Asked[];
  /** Lines like `POST /path`. */
  lines(): string[];
}

interface Answer {
  status: number;
  headers?: Record<string, string | string[]>;
  body?: unknown;
}

/** A Clair at a path of its own that knows no manifest until it is posted; `answers` have precedence, by line. */
async function clair(
  answers: (line: string, asked: readonly Asked[]) => Answer | undefined = () => undefined,
): Promise<Clair> {
  const asked: Asked[] = [];
  const known = new Set<string>();
  const usual = (line: string, body: unknown, isSame: boolean): Answer => {
    const digest = line.split('/').at(-1)!;
    if (line.startsWith('POST /base/indexer/api/v1/index_report')) {
      const { hash } = body as { hash: string };
      known.add(hash);
      const path = `/indexer/api/v1/index_report/${hash}`;
      const link = [
        `<${path}>; rel="https://projectquay.io/clair/v1/index_report"`,
        `</matcher/api/v1/vulnerability_report/${hash}>; rel="https://projectquay.io/clair/v1/vulnerability_report"`,
      ];
      return {
        status: 201,
        headers: { etag: '"state"', link },
        body: { manifest_hash: hash, success: true, err: '' },
      };
    }
    if (line.startsWith('GET /base/indexer/'))
      return known.has(digest) ? { status: isSame ? 304 : 200, body: {} } : { status: 404 };
    if (line.startsWith('GET /base/matcher/') && known.has(digest)) {
      const packages = { 1: { id: '1', name: 'Windows Server 2022', version: '10.0.20348.2113' } };
      const vulnerabilities = {
        2: { name: 'CVE-2024-20674', fixed_in_version: '10.0.20348.2227', normalized_severity: 'High' },
      };
      return {
        status: 200,
        body: { manifest_hash: digest, packages, vulnerabilities, package_vulnerabilities: { 1: ['2'] } },
      };
    }
    return { status: 404, body: { code: 'not-found', message: 'no such manifest' } };
  };
  const server = await serveOnLoopback(async (request, response) => {
    const line = `${request.method} ${request.url}`;
    const body = request.headers['content-type'] === 'application/json' ? await json(request) : undefined;
    asked.push({ line, headers: request.headers, body });
    const answer = answers(line, asked) ?? usual(line, body, request.headers['if-none-match'] === '"state"');
    response
      .writeHead(answer.status, answer.headers ?? {})
      .end(answer.body === undefined ? '' : JSON.stringify(answer.body));
  });
  onTestFinished(() => server.close());
  return { url: `${server.url}/base`, asked, lines: () => asked.map(({ line }) => line) };
}

const IMAGE = buildImage();

async function pushed(...repositories: readonly string[]): Promise<string> {
  const registry = await startRegistry();
  onTestFinished(() => registry.close());
  for (const repository of repositories) await pushImage(registry, repository, 'v1', IMAGE);
  return registry.host;
}

/** Runs in a folder with nothing but what is written there first. */
async function ctl(args: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  return finished(start(['ctl', ...args], temporaryDirectory(), variables));
}

function configFile(text = CONFIG): string {
  const path = join(temporaryDirectory(), 'clair.yaml');
  writeFileSync(path, text);
  return path;
}

/** The claims of a token whose HMAC is right. */
function claimsOf({ headers }: Asked): Record<string, unknown> {
  const [header, claims, signature] = (headers.authorization ?? '').replace('Bearer ', '').split('.');
  const expected = createHmac('sha256', Buffer.from(KEY, 'base64'))
    .update(`${header}.${claims}`)
    .digest('base64url');
  expect(signature).toBe(expected);
  return JSON.parse(Buffer.from(claims ?? '', 'base64url').toString()) as Record<string, unknown>;
}

const FOUND =
  'app:v1  found  Windows Server 2022  10.0.20348.2113  CVE-2024-20674  (fixed: 10.0.20348.2227)\n';

describe.skipIf(!canRun)('report', () => {
  test('asks, posts and fetches in the order of clairctl, below the path of the host, with tokens', async () => {
    const [host, { url, asked, lines }] = await Promise.all([pushed('app'), clair()]);
    const result = await ctl(['-c', configFile(), 'report', '--host', url, `${host}/app:v1`]);
    expect(result).toEqual({ code: 0, stdout: FOUND, stderr: '' });
    expect(lines()).toEqual([
      `GET /base/indexer/api/v1/index_report/${IMAGE.digest}`,
      `GET /base/indexer/api/v1/index_report/${IMAGE.digest}`,
      'POST /base/indexer/api/v1/index_report',
      `GET /base/matcher/api/v1/vulnerability_report/${IMAGE.digest}`,
    ]);
    const [layer] = IMAGE.layers;
    expect(asked[2]?.body).toEqual({
      hash: IMAGE.digest,
      layers: [{ hash: layer!.digest, uri: `http://${host}/v2/app/blobs/${layer!.digest}`, headers: {} }],
    });
    const now = Date.now() / 1000;
    for (const request of asked) {
      const { iss, iat, nbf, exp } = claimsOf(request) as Record<string, number>;
      expect(iss).toBe('clairctl');
      expect(Math.abs(iat! - now)).toBeLessThan(60);
      expect([nbf! - iat!, exp! - iat!]).toEqual([-60, 60]);
    }
  });

  test('asks with the state that it was told when the same image comes again', async () => {
    const host = await pushed('app');
    const { url, asked, lines } = await clair();
    // Several at a time: those that begin together know nothing yet.
    const names = Array.from({ length: 6 }, () => `${host}/app:v1`);
    const result = await ctl(['report', '--host', url, ...names]);
    expect(result.code, result.stderr).toBe(0);
    expect(asked.at(0)?.headers['if-none-match']).toBeUndefined();
    const conditional = asked.filter(({ headers }) => headers['if-none-match'] === '"state"');
    expect(conditional.length).toBeGreaterThan(0);
    expect(conditional.every(({ line }) => line.includes(`index_report/${IMAGE.digest}`))).toBe(true);
    expect(lines().filter((line) => line.startsWith('POST')).length).toBeLessThan(6);
  });

  test('posts a known manifest again, unless --novel', async () => {
    const host = await pushed('app');
    const isKnown = (line: string): Answer | undefined =>
      line.includes('/index_report/') ? { status: 200, body: {} } : undefined;
    const service = await clair(isKnown);
    const again = await ctl(['report', '--host', service.url, `${host}/app:v1`]);
    expect(again.stdout).toBe(FOUND);
    const before = service.asked.length;
    const novel = await ctl(['report', '--novel', `${host}/app:v1`], { CLAIR_API: service.url });
    expect(novel.stdout).toBe(FOUND);
    expect(service.lines().slice(before)).toEqual([
      `GET /base/indexer/api/v1/index_report/${IMAGE.digest}`,
      `GET /base/matcher/api/v1/vulnerability_report/${IMAGE.digest}`,
    ]);
  });

  test('stops at the first failure with exit code 1, or goes on with -k', async () => {
    const [host, { url }] = await Promise.all([pushed('a', 'c'), clair()]);
    const names = [`${host}/a:v1`, `${host}/missing:v1`, `${host}/c:v1`];
    const kept = await ctl(['report', '-k', '--host', url, ...names]);
    expect(kept.code).toBe(1);
    expect(kept.stdout.split('\n')).toEqual([
      expect.stringMatching(/^a:v1 {2}found/),
      expect.stringMatching(/^missing:v1 {2}error {2}.*no v1 of missing/),
      expect.stringMatching(/^c:v1 {2}found/),
      '',
    ]);
    const stopped = await ctl(['report', '--host', url, ...names]);
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toMatch(/^clearstory: missing:v1: /);
    expect(stopped.stdout).not.toContain('c:v1');
  });

  test('-o json and -o xml print documents that others can read', async () => {
    const [host, { url }] = await Promise.all([pushed('app'), clair()]);
    const asJson = await ctl(['report', '-o', 'json', '--host', url, `${host}/app:v1`]);
    expect(JSON.parse(asJson.stdout)).toMatchObject({ manifest_hash: IMAGE.digest });
    const asXml = await ctl(['report', '--out', 'xml', '--host', url, `${host}/app:v1`]);
    expect(asXml.stdout).toContain('<testsuite name="app:v1" tests="1" failures="1" errors="0">');
  });

  test.each<[string, string, Answer, RegExp]>([
    [
      'an image that could not be read',
      'POST',
      { status: 201, body: { success: false, err: 'no tar' } },
      /could not read the image: no tar/,
    ],
    [
      'a refusal',
      'POST',
      { status: 500, body: { code: 'internal-error', message: 'out of disk' } },
      /answers HTTP 500: out of disk/,
    ],
    ['a report that is not ready', 'GET /base/matcher', { status: 202 }, /answers HTTP 202/],
    [
      'a report that is none',
      'GET /base/matcher',
      { status: 200, body: { packages: {} } },
      /has no vulnerabilities/,
    ],
    ['a page', 'GET /base/matcher', { status: 200, body: '<html>' }, /is no JSON object/],
    ['a missing token', 'GET', { status: 401 }, /wants a token.*--config/],
  ])('%s is told', async (_, start, answer, expected) => {
    const host = await pushed('app');
    const { url } = await clair((line) => (line.startsWith(start) ? answer : undefined));
    const result = await ctl(['report', '--host', url, `${host}/app:v1`]);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(expected);
  });
});

describe.skipIf(!canRun)('manifest', () => {
  test('prints one document after the other', async () => {
    const host = await pushed('a', 'b');
    const { code, stdout, stderr } = await ctl(['manifest', `${host}/a:v1`, `${host}/b:v1`]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const documents = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { hash: string });
    expect(documents.map(({ hash }) => hash)).toEqual([IMAGE.digest, IMAGE.digest]);
  });

  test('says what is wrong with a name', async () => {
    const { code, stderr } = await ctl(['manifest', 'https://example.com/app']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/leave out the scheme/);
  });
});

describe('delete', () => {
  test('has all of them forgotten by one request, and prints those that were there', async () => {
    const { url, asked } = await clair(() => ({ status: 200, body: [DIGEST] }));
    const other = DIGEST.replaceAll('ab', 'cd');
    const result = await ctl(['-c', configFile(), '--iss', 'quay', 'delete', '--host', url, DIGEST, other]);
    expect(result).toEqual({ code: 0, stdout: `${DIGEST}\n`, stderr: '1 of 2 were there\n' });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      line: 'DELETE /base/indexer/api/v1/index_report',
      body: [DIGEST, other],
    });
    expect(claimsOf(asked[0]!).iss).toBe('quay');
  });

  test('takes null for nothing, as Clair answers', async () => {
    const { url } = await clair(() => ({ status: 200, body: null }));
    expect(await ctl(['-q', 'delete', '--host', url, DIGEST])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('-D says what was asked, and no token', async () => {
    const { url } = await clair(() => ({ status: 200, body: [] }));
    const { stderr } = await ctl(['-D', '-q', '-c', configFile(), 'delete', '--host', url, DIGEST]);
    expect(stderr).toMatch(/^DELETE \/base\/indexer\/api\/v1\/index_report: 200 in \d+ ms\n$/);
  });

  test.each<[string, readonly string[], RegExp]>([
    ['no digest', ['delete', 'app:v1'], /"app:v1" is no digest/],
    [
      'an issuer that is not listed',
      ['--iss', 'x', '-c', 'CONFIG', 'delete', DIGEST],
      /--issuer x is not among those/,
    ],
    [
      'no service',
      ['delete', '--host', 'http://127.0.0.1:1/', DIGEST],
      /127\.0\.0\.1:1 cannot be reached.*--host/,
    ],
    ['no address', ['delete', '--host', 'localhost:6060', DIGEST], /--host must be an address/],
    ['a configuration that is not there', ['-c', '/nowhere/c.yaml', 'delete', DIGEST], /no such file/],
  ])('%s is told', async (_, args, expected) => {
    const config = configFile();
    const { code, stderr } = await ctl(args.map((each) => (each === 'CONFIG' ? config : each)));
    expect(code).toBe(1);
    expect(stderr).toMatch(expected);
  });
});

describe('check-config', () => {
  test('prints what file and drop-ins come to, before defaults', async () => {
    const folder = temporaryDirectory();
    await import('node:fs/promises').then(({ mkdir }) => mkdir(join(folder, 'config.yaml.d')));
    writeFileSync(join(folder, 'config.yaml'), 'log_level: info\nmatcher: { period: 1h }\n');
    writeFileSync(join(folder, 'config.yaml.d/a.yaml'), 'log_level: warn\nnotifier: { poll_interval: 1s }\n');
    const result = await clearstory(['ctl', 'check-config', join(folder, 'config.yaml')], folder);
    expect(result.code).toBe(0);
    expect(result.stdout).toBe(
      '{\n\t"log_level": "warn",\n\t"matcher": {\n\t\t"period": "1h"\n\t},\n\t"notifier": {\n\t\t"poll_interval": "1s"\n\t}\n}\n',
    );
    expect(result.stderr).toMatch(/^warning: .*a\.yaml:2:13: notifier\.poll_interval is below one minute/);
    const asYaml = await clearstory(
      ['ctl', '-q', 'check-config', '-o', 'yaml', join(folder, 'config.yaml')],
      folder,
    );
    expect(asYaml).toEqual({
      code: 0,
      stdout: 'log_level: warn\nmatcher:\n  period: 1h\nnotifier:\n  poll_interval: 1s\n',
      stderr: '',
    });
  });

  test('says what is wrong, and looks at the other files all the same', async () => {
    const [bad, good] = [configFile('matcher: { perod: 1h }\n'), configFile('log_level: warn\n')];
    const { code, stdout, stderr } = await ctl(['check-config', bad, good]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/clair\.yaml:1:12: matcher\.perod is not a known key; did you mean period\?/);
    expect(JSON.parse(stdout)).toEqual({ log_level: 'warn' });
  });
});
