// What people do with a report: on a terminal, in files, as other formats, compared, explained, judged by a policy.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import { writeFeed } from '../builders/cvrf.ts';
import { buildImage, ociLayout, writeFiles } from '../builders/image.ts';
import { SMALL_FEED } from '../builders/small-feed.ts';
import { baseLayer, updateLayer } from '../builders/windows-image.ts';
import { type CommandResult, clearstory, finished, start } from './run-command.ts';

const COMMAND = resolve(import.meta.dirname, '../../dist/cli/main.js');

let folder: string;
let cache: string;
let before: string;
let after: string;
const run = (...args: string[]): Promise<CommandResult> => clearstory(args, cache);
const place = (name: string): string => join(folder, name);
const write = (name: string, text: string): string => {
  writeFileSync(place(name), text);
  return place(name);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clearstory-test-'));
  cache = place('cache');
  await writeFeed(place('feed'), SMALL_FEED);
  const layout = (name: string, revision: number): string => {
    const layers = [baseLayer({ revision: 3000 }), ...(revision > 3000 ? [updateLayer(revision)] : [])];
    writeFiles(place(name), ociLayout([{ image: buildImage({ layers }), tag: 'app' }]));
    return `oci-dir:${place(name)}`;
  };
  before = layout('before', 3000);
  after = layout('after', 5700);
  expect((await run('update', '-q', '--from', place('feed'))).code).toBe(0);
  expect((await run('scan', before, '-q', '-o', `json=${place('saved.json')}`)).code).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const idsOf = ({ stdout }: CommandResult): string[] =>
  (JSON.parse(stdout) as Report).findings.map(({ id }) => id).sort();

describe('on a terminal', () => {
  /** `script` gives the command a terminal, 80 columns wide. */
  function shown(variables: NodeJS.ProcessEnv): string {
    const command = `stty cols 80; '${process.execPath}' '${COMMAND}' convert '${place('saved.json')}'`;
    const env = { PATH: process.env.PATH, TERM: 'xterm-256color', HOME: cache, ...variables };
    const { stdout, status } = spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8', env });
    expect(status).toBe(0);
    return stdout.replaceAll('\r\n', '\n');
  }

  test('the table has colours and keeps to its width', () => {
    const text = shown({});
    expect(text).toContain('\u001b[1;31mCritical\u001b[0m');
    const lines = stripVTControlCharacters(text).split('\n');
    // The place of the image is one word, and longer.
    const others = lines.filter((line) => !line.includes(folder));
    expect(Math.max(...others.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('%j: it has none', (variables) => {
    expect(shown(variables)).not.toContain('\u001b');
  });

  test('a pipe gets them only when it asks', async () => {
    const convert = (variables: NodeJS.ProcessEnv): Promise<CommandResult> =>
      finished(start(['convert', place('saved.json')], cache, variables));
    expect((await convert({})).stdout).not.toContain('\u001b');
    expect((await convert({ FORCE_COLOR: '1' })).stdout).toContain('\u001b[1;31mCritical\u001b[0m');
    expect((await convert({ FORCE_COLOR: '1', NO_COLOR: '1' })).stdout).not.toContain('\u001b');
    const json = finished(start(['convert', place('saved.json'), '-o', 'json'], cache, { FORCE_COLOR: '1' }));
    expect((await json).stdout).not.toContain('\u001b');
  });
});

test('every format is made of a saved report, as of a scan', async () => {
  const formats = ['sarif', 'cyclonedx', 'spdx', 'openvex', 'gitlab', 'junit', 'html', 'clair', 'markdown'];
  const made = formats.flatMap((format) => ['-o', `${format}=${place(`made.${format}`)}`]);
  const { code, stderr, stdout } = await run('convert', place('saved.json'), ...made, '-o', 'table');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('CVE-2025-0002*');
  for (const format of formats) {
    expect(readFileSync(place(`made.${format}`), 'utf8'), format).toContain('CVE-2025-0001');
  }
  const child = start(['convert', '-', '-o', 'junit'], cache);
  child.stdin?.end(readFileSync(place('saved.json')));
  expect((await finished(child)).stdout).toBe(readFileSync(place('made.junit'), 'utf8'));
});

test('the difference of two images names what the new base ends', async () => {
  const { code, stdout } = await run('diff', place('saved.json'), after, '-q');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^2 fixed, 0 new, 2 unchanged$/m);
  expect(stdout).toMatch(/^10\.0\.20348\.3000 +10\.0\.20348\.5700 +Windows/m);
  const json = await run('diff', before, after, '-q', '-o', 'json');
  const difference = JSON.parse(json.stdout) as { fixed: { finding: { id: string } }[] };
  expect(difference.fixed.map(({ finding }) => finding.id).sort()).toEqual([
    'CVE-2025-0001',
    'CVE-2025-0002',
  ]);
});

test('an explanation has rule, evidence, document and dates; of a fixed one too', async () => {
  const found = await run('scan', before, '-q', '--explain', 'cve-2025-0002');
  expect(found.code).toBe(0);
  expect(found.stdout).toMatch(/rule +R3: /);
  expect(found.stdout).toMatch(/evidence +layer 1 of 1: .*UBR = 3000/);
  expect(found.stdout).toMatch(/document +2025-Jun, published 2025-06-10/);
  expect(found.stdout).toMatch(/exploited +yes/);
  expect((await run('scan', after, '-q', '--explain', 'CVE-2025-0001')).stdout).toMatch(/verdict +fixed: /);
});

describe('a policy', () => {
  const scan = (...options: string[]): Promise<CommandResult> =>
    run('scan', before, '-q', '-o', 'json', ...options);

  test('is the file of the working directory; variables come before it, flags before both', async () => {
    writeFileSync(
      place('.clearstory.yaml'),
      'severity: critical\nignore:\n  - cve: CVE-2025-0001\n    reason: not reachable\n    until: 2999-12-31\n',
    );
    writeFileSync(
      place('.trivyignore'),
      '# known\nCVE-2025-0004 exp:2999-01-01\nCVE-2025-0003 exp:2020-01-01\n',
    );
    const here = (variables: NodeJS.ProcessEnv, ...options: string[]): Promise<CommandResult> =>
      finished(start(['scan', before, '-q', '-o', 'json', ...options], cache, variables, { cwd: folder }));
    const file = await here({});
    expect(idsOf(file)).toEqual([]);
    expect(file.stderr).toMatch(/^warning: \.trivyignore:3: the rule ended on 2020-01-01/m);
    const { suppressed, hidden } = JSON.parse(file.stdout) as Report;
    expect(suppressed.map(({ finding, reason }) => [finding.id, reason])).toEqual(
      expect.arrayContaining([
        ['CVE-2025-0001', 'not reachable'],
        ['CVE-2025-0004', null],
      ]),
    );
    expect(hidden).toEqual([{ by: '--severity critical', count: 2 }]);
    expect(idsOf(await here({ CLEARSTORY_SEVERITY: 'medium' }))).toEqual(['CVE-2025-0003']);
    expect(idsOf(await here({ CLEARSTORY_SEVERITY: 'medium' }, '--severity', 'high'))).toEqual([
      'CVE-2025-0002',
    ]);
    const table = ['scan', before, '-q', '--show-suppressed'];
    const listed = await finished(start(table, cache, {}, { cwd: folder }));
    expect(listed.stdout).toMatch(
      /^CVE-2025-0001 +Critical +2999-12-31 +\.clearstory\.yaml.* not reachable$/m,
    );
  });

  test('is not undone by variables that say nothing; a switch of the file can be undone', async () => {
    const file = write('gate.yaml', 'fail-on: any\nignore-unfixed: true\n');
    const under = (variables: NodeJS.ProcessEnv, ...options: string[]): Promise<CommandResult> =>
      finished(start(['scan', before, '-q', '-o', 'json', '--config', file, ...options], cache, variables));
    const empty = await under({ CLEARSTORY_FAIL_ON: '', CLEARSTORY_SEVERITY: '', CLEARSTORY_VEX: '' });
    expect([empty.code, idsOf(empty).length]).toEqual([2, 3]);
    expect(idsOf(await under({ CLEARSTORY_IGNORE_UNFIXED: 'false' }))).toHaveLength(4);
    expect(idsOf(await under({ CLEARSTORY_IGNORE_UNFIXED: '1' }, '--no-ignore-unfixed'))).toHaveLength(4);
    expect((await under({ CLEARSTORY_VEX: '/nowhere' })).stderr).toContain('/nowhere: cannot be read');
  });

  test('its gate ends with exit code 2, and the report is there', async () => {
    const gated = await scan('--fail-on', 'exploited');
    expect([gated.code, idsOf(gated).length]).toEqual([2, 4]);
    expect(gated.stderr).toMatch(/1 finding .*\(--fail-on exploited\)/);
    expect((await scan('--fail-on', 'kev-ransomware')).code).toBe(1);
    expect((await scan('--severity', 'medium', '--fail-on', 'critical')).code).toBe(0);
  });

  test('VEX sets aside what it names, and says what it cannot tell', async () => {
    const vex = write(
      'vex.json',
      JSON.stringify({
        '@context': 'https://openvex.dev/ns/v0.2.0',
        statements: [
          {
            vulnerability: { name: 'CVE-2025-0001' },
            products: [{ '@id': 'pkg:generic/microsoft/windows-server-2022' }],
            status: 'not_affected',
            justification: 'vulnerable_code_not_in_execute_path',
          },
          { vulnerability: { name: 'CVE-2025-0002' }, status: 'not_affected' },
        ],
      }),
    );
    const { stdout, stderr } = await scan('--vex', vex);
    expect(idsOf({ stdout } as CommandResult)).toEqual(['CVE-2025-0002', 'CVE-2025-0003', 'CVE-2025-0004']);
    expect(stderr).toMatch(/vex\.json: 1 of 2 statements \(CVE-2025-0002\) name no product/);
  });
});

describe('what cannot be used is refused in a sentence, exit code 1, and nothing is written', () => {
  const openVex = (statements: string): string =>
    `{"@context": "https://openvex.dev/ns/v0.2.0",\n "statements": ${statements}}`;

  test.each<[string, string, string, RegExp]>([
    [
      'a report of another version',
      'convert',
      '{"schemaVersion": 7}',
      /bad has schema version 7, .*scan the image again/,
    ],
    [
      'a report that was cut',
      'convert',
      '{"schemaVersion": 1,\n"findings": [',
      /bad is not JSON: 2:14: .*cut off/,
    ],
    ['a report without findings', 'convert', '{"schemaVersion": 1}', /bad lacks "tool"/],
    [
      'reports of many',
      'convert',
      '{"schemaVersion": 1, "reports": []}',
      /bad holds the reports of several images/,
    ],
    ['VEX that is no JSON', '--vex', openVex('[}'), /bad:2:17: a value is missing/],
    ['VEX of unknown status', '--vex', openVex('[{"status": "ok"}]'), /bad:2:28: statements\[0\]\.status/],
    ['a key that is not known', '--config', 'ignore:\n  - cvee: x\n', /bad:2:5: /],
    ['YAML that is none', '--config', 'ignore: [\n', /bad:\d+:\d+: is no valid YAML/],
    ['a day that is none', '--ignorefile', 'CVE-2025-0001\nCVE-2025-0002 exp:2025-02-30\n', /bad:2:15: /],
    ['an ID that is none', '--ignorefile', 'all of them\n', /bad:1:1: /],
  ])('%s', async (_, how, text, message) => {
    const bad = write('bad', text);
    const words = how === 'convert' ? ['convert', bad] : ['scan', before, '-q', how, bad];
    const { code, stdout, stderr } = await run(...words, '-o', `json=${place('none.json')}`);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^clearstory: /);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(existsSync(place('none.json'))).toBe(false);
  });

  test.each<[string[], RegExp]>([
    [
      ['-o', 'sarif=/nowhere/a.sarif'],
      /\/nowhere\/a\.sarif: cannot be written: there is no such file or folder/,
    ],
    [['-o', 'html=.'], /\.: cannot be written: it is a folder/],
    [['-o', 'sarif=a', '-o', 'html=a'], /two reports are to go to a/],
    [['-o', 'pdf'], /there is no format "pdf"; known are table/],
    [['-o', 'json', '-o', 'sarif'], /only one report can go to standard output/],
  ])('%j', async (options, message) => {
    const left = readdirSync(folder);
    const result = await finished(
      start(['convert', place('saved.json'), ...options], cache, {}, { cwd: folder }),
    );
    expect(result.stderr).toMatch(message);
    expect([result.code, result.stdout]).toEqual([1, '']);
    expect(readdirSync(folder)).toEqual(left);
  });
});
