// `clearstory` and a real registry, as a pipeline and an administrator use them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import { writeFeed } from '../builders/cvrf.ts';
import { type BuiltImage, buildImage, ociLayout, writeFiles } from '../builders/image.ts';
import { isInstalled } from '../builders/installed.ts';
import type { LoopbackServer } from '../builders/loopback-server.ts';
import { basicAuthorization, pushImage } from '../builders/push-image.ts';
import { REGISTRY_LOGIN, type RegistryOptions, startRegistry } from '../builders/registry.ts';
import { SMALL_FEED } from '../builders/small-feed.ts';
import { temporaryDirectory } from '../builders/temporary-directory.ts';
import { baseLayer, deltaLayer, updateLayer } from '../builders/windows-image.ts';
import { type CommandResult, clearstory, finished, start } from './run-command.ts';

const schemas = join(import.meta.dirname, '../../schemas');
const ajv = new Ajv2020.Ajv2020({ strict: true, allowUnionTypes: true });
addFormats.default(ajv);
const read = (name: string): object => JSON.parse(readFileSync(join(schemas, name), 'utf8')) as object;
const validateReport = ajv.compile(read('report-1.schema.json'));
const validateReports = ajv.compile(read('reports-1.schema.json'));

const HISTORY = [
  { created_by: 'Apply image 10.0.20348.3000' },
  { created_by: 'Install update 10.0.20348.5000' },
  { created_by: 'cmd /S /C setup.exe' },
];

/** Two layers of base and one of an application on top, as most images are. */
const APP = buildImage({
  osVersion: '10.0.20348.5000',
  layers: [baseLayer({ revision: 3000 }), updateLayer(5000), deltaLayer({ Software: [] })],
  history: HISTORY,
});
const BASE = buildImage({
  osVersion: '10.0.20348.5000',
  layers: [baseLayer({ revision: 3000 }), updateLayer(5000)],
  history: HISTORY.slice(0, 2),
});
const OTHER = buildImage({
  osVersion: '10.0.17763.5000',
  layers: [baseLayer({ build: 17763, revision: 5000 })],
});
const LINUX = buildImage({ os: 'linux', osVersion: '' });

interface Setting {
  registry: LoopbackServer;
  cache: string;
  run(args: readonly string[], input?: string): Promise<CommandResult>;
}

async function prepared(
  images: Readonly<Record<string, BuiltImage | readonly BuiltImage[]>>,
  options: RegistryOptions = {},
): Promise<Setting> {
  const registry = await startRegistry(options);
  onTestFinished(() => registry.close());
  for (const [repository, image] of Object.entries(images)) {
    const login = options.login ? { authorization: basicAuthorization(REGISTRY_LOGIN) } : {};
    await pushImage(registry, repository, 'v1', image, login);
  }
  const cache = join(temporaryDirectory(), 'cache');
  await writeFeed(join(cache, '../feed'), SMALL_FEED);
  const { code, stderr } = await clearstory(['update', '--from', join(cache, '../feed')], cache);
  expect(code, stderr).toBe(0);
  const run = async (args: readonly string[], input?: string): Promise<CommandResult> => {
    const child = start(args, cache);
    child.stdin?.end(input);
    return finished(child);
  };
  return { registry, cache, run };
}

function reportOf({ stdout, stderr }: CommandResult): Report {
  const report = JSON.parse(stdout || `"${stderr}"`) as Report;
  expect(validateReport(report), JSON.stringify(validateReport.errors, null, 1)).toBe(true);
  return report;
}

interface Reports {
  reports: Report[];
  failures: { target: string; message: string }[];
}

function reportsOf({ stdout }: CommandResult): Reports {
  const reports = JSON.parse(stdout) as Reports;
  expect(validateReports(reports), JSON.stringify(validateReports.errors, null, 1)).toBe(true);
  return reports;
}

describe.skipIf(!isInstalled('docker-registry'))('scan of a registry', () => {
  test('gives the report of the same image on disk', async () => {
    const { registry, cache, run } = await prepared({ app: APP });
    const pulled = reportOf(await run(['scan', '-q', '-o', 'json', `${registry.host}/app:v1`]));
    const folder = join(cache, '../image');
    mkdirSync(folder);
    writeFiles(folder, ociLayout([APP]));
    const local = reportOf(await run(['scan', '-q', '-o', 'json', `oci-dir:${folder}`]));
    const comparable = (report: Report): object => ({
      ...report,
      created: '',
      image: { ...report.image, target: '' },
    });
    expect(comparable(pulled)).toEqual(comparable(local));
    expect(pulled.os).toMatchObject({ version: '10.0.20348.5000', basis: 'registry' });
    expect(pulled.uncertain).toBe(false);
  });

  test('with a password from standard input or the environment, which nothing repeats', async () => {
    const { registry, run } = await prepared({ app: APP }, { login: true });
    const name = `${registry.host}/app:v1`;
    const { username, password } = REGISTRY_LOGIN;
    const piped = await run(
      ['scan', '-q', '--username', username, '--password-stdin', name],
      `${password}\n`,
    );
    expect(piped.code, piped.stderr).toBe(0);
    const wrong = await run(['scan', '-q', '--username', username, '--password-stdin', name], 'wr0ng');
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    expect(wrong.stderr).toMatch(/does not accept the credentials from the command line/);
    expect(wrong.stderr).not.toContain('wr0ng');
    const none = await run(['scan', '-q', name]);
    expect(none.stderr).toContain(`docker login ${registry.host}`);
  });

  test('credentials are for one registry', async () => {
    const { run } = await prepared({});
    const two = await run(['scan', '--username', 'u', '--password-stdin', 'a.example/x', 'b.example/x'], 'p');
    expect(two).toMatchObject({ code: 1, stderr: expect.stringContaining('for one registry') });
    const half = await run(['scan', '--username', 'u', 'a.example/x']);
    expect(half).toMatchObject({ code: 1, stderr: expect.stringContaining('--password-stdin') });
  });
});

describe.skipIf(!isInstalled('docker-registry'))('several images', () => {
  test('a list from standard input: one line each, failures told, the exit code of the worst', async () => {
    const { registry, run } = await prepared({ app: APP, other: OTHER, linux: LINUX });
    const names = ['app', 'linux', 'gone', 'other'].map((name) => `${registry.host}/${name}:v1`);
    const list = `# all of them\n\n${names.join('\r\n')}\n`;
    const result = await run(['scan', '-q', '-'], list);
    expect(result.code).toBe(1);
    const lines = result.stdout.split('\n');
    expect(lines[0]).toMatch(/^WINDOWS +FINDINGS +CRITICAL +EXPLOITED +IMAGE$/);
    expect(lines[1]).toMatch(/^10\.0\.20348\.5000 .*\/app:v1$/);
    expect(lines[2]).toMatch(/^linux\/amd64 +not judged .*\/linux:v1$/);
    expect(lines[3]).toMatch(/^- +failed .*\/gone:v1$/);
    expect(lines[4]).toMatch(/^10\.0\.17763\.5000 .*\/other:v1$/);
    expect(result.stdout).toContain('4 images: 2 judged, 1 not judged, 1 failed');
    expect(result.stdout).toMatch(/! .*\/gone:v1: .* has no v1 of gone/);

    const without = await run(['scan', '-q', names[0]!, names[1]!]);
    expect(without.code).toBe(3);
    expect((await run(['scan', '-q', names[0]!, names[3]!])).code).toBe(0);
  });

  test('an index of Windows alone needs no choice, a mixed one does', async () => {
    const { registry, run } = await prepared({ windows: [APP, OTHER], mixed: [APP, OTHER, LINUX] });
    const windows = await run(['scan', '-q', `${registry.host}/windows:v1`]);
    expect(windows.stdout).toContain('2 images: 2 judged');
    const mixed = await run(['scan', '-q', `${registry.host}/mixed:v1`]);
    expect(mixed).toMatchObject({ code: 1, stdout: '' });
    expect(mixed.stderr).toContain('--platform windows/amd64:10.0.17763.5000');
    expect((await run(['scan', '-q', '--all', `${registry.host}/mixed:v1`])).stdout).toContain('2 judged');
    for (const choice of [
      ['--os-version', '10.0.17763.*'],
      ['--platform', 'windows/amd64:10.0.17763.5000'],
      ['--latest-of', '17763'],
    ]) {
      const one = await run(['scan', '-q', '-o', 'json', ...choice, `${registry.host}/mixed:v1`]);
      expect(reportOf(one).os?.version).toBe('10.0.17763.5000');
    }
  });

  test('as JSON: all reports and failures in one document, whole or not at all', async () => {
    const { registry, cache, run } = await prepared({ app: APP, other: OTHER });
    const names = ['app', 'gone', 'other'].map((name) => `${registry.host}/${name}:v1`);
    const file = join(cache, '../reports.json');
    const { code, stdout } = await run(['scan', '-q', '-o', 'table', '-o', `json=${file}`, ...names]);
    expect(code).toBe(1);
    expect(stdout).toContain('3 images');
    const { reports, failures } = reportsOf({ stdout: readFileSync(file, 'utf8'), stderr: '', code: 0 });
    expect(reports.map(({ image }) => image.target).sort()).toEqual([names[0], names[2]]);
    expect(failures).toMatchObject([{ target: names[1] }]);

    const nowhere = await run(['scan', '-q', '-o', 'json=/nowhere/x.json', ...names]);
    expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be written') });
  });

  test('no target, or a flag that cannot be', async () => {
    const { run } = await prepared({});
    expect(await run(['scan', '-'], '\n')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nothing to scan'),
    });
    for (const args of [
      ['--parallel', '0'],
      ['--latest-of', 'x'],
      ['--allow-address', '10.0.0.0/99'],
      ['--mirror', 'x'],
    ]) {
      expect(await run(['scan', ...args, 'a.example/x'])).toMatchObject({ code: 1, stdout: '' });
    }
  });
});

describe.skipIf(!isInstalled('docker-registry'))('the catalogue', () => {
  test('--quick reads nothing, marks what it says, and knows more once the base is known', async () => {
    const { registry, run } = await prepared({ app: APP, base: BASE });
    const ids = ({ findings }: Report): string[] => findings.map(({ id }) => id);
    const name = `${registry.host}/app:v1`;
    const first = reportOf(await run(['scan', '--quick', '-o', 'json', name]));
    expect(first.os).toMatchObject({ version: '10.0.20348.5000', basis: 'config', installationType: null });
    expect(first.image.layers.map((layer) => layer.read)).toEqual([false, false, false]);
    expect(first.uncertain).toBe(true);
    expect(first.notices.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['LAYERS_ABSENT', 'STATED_ONLY']),
    );

    const added = await run(['catalog', 'add', `${registry.host}/base:v1`]);
    expect(added).toMatchObject({ code: 0, stdout: `10.0.20348.5000 ${BASE.layers[1]!.digest}\n` });
    const second = reportOf(await run(['scan', '--quick', '-o', 'json', name]));
    expect(second.os).toMatchObject({ basis: 'catalog', version: '10.0.20348.5000' });
    expect(ids(second)).toEqual(ids(first));

    // A scan that reads the layers knows what kind of Windows it is, and the catalogue learns that.
    const full = reportOf(await run(['scan', '-q', '-o', 'json', name]));
    expect(full.uncertain).toBe(false);
    const third = reportOf(await run(['scan', '--quick', '-o', 'json', name]));
    expect(third.os).toMatchObject({ basis: 'catalog', installationType: 'Server Core' });
    expect(ids(third)).toEqual(ids(full));
    expect((await run(['catalog', 'list'])).stdout).toMatch(/10\.0\.20348\.5000 +Server Core +amd64 +read/);
  });

  test('goes to where there is no network, and stands in for layers that are not read', async () => {
    const { registry, cache, run } = await prepared({ app: APP });
    const name = `${registry.host}/app:v1`;
    await run(['scan', '-q', name]);
    const file = join(cache, '../catalog.json');
    expect(await run(['catalog', 'export', file])).toMatchObject({ code: 0 });

    const elsewhere = await prepared({ app: APP });
    expect(await elsewhere.run(['catalog', 'import', file])).toMatchObject({
      code: 0,
      stderr: '1 layers in '.concat(file, ', 1 of them new\n'),
    });
    const there = `${elsewhere.registry.host}/app:v1`;
    const report = reportOf(await elsewhere.run(['scan', '-q', '--base-from-catalog', '-o', 'json', there]));
    expect(report.image.layers.map((layer) => layer.read)).toEqual([false, false, true]);
    expect(report.os).toMatchObject({
      basis: 'catalog',
      version: '10.0.20348.5000',
      installationType: 'Server Core',
    });
    expect(report.uncertain).toBe(true);
    // Once somebody has read them there is no need to do without.
    await elsewhere.run(['scan', '-q', there]);
    const again = reportOf(await elsewhere.run(['scan', '-q', '--base-from-catalog', '-o', 'json', there]));
    expect(again.image.layers.every((layer) => layer.read)).toBe(true);
  });

  test.each([
    ['', /not valid JSON/],
    ['{}', /is no catalogue/],
    ['{"format":"clearstory-catalog","version":9,"layers":[]}', /version 9/],
    ['{"format":"clearstory-catalog","version":1,"layers":[{"digest":"x"}]}', /entry 1/],
  ])('a file that is %j is not taken over', async (content, words) => {
    const cache = join(temporaryDirectory(), 'cache');
    mkdirSync(cache);
    const file = join(cache, 'catalog.json');
    writeFileSync(file, content);
    const { code, stderr } = await clearstory(['catalog', 'import', file], cache);
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
    expect(stderr).toContain(file);
  });
});
