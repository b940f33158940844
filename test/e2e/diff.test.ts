// `clearstory diff` as a pipeline runs it: what it may call fixed, what it says instead, and how it ends.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReportDifference } from '../../src/reports/diff/difference.ts';
import { writeFeed } from '../builders/cvrf.ts';
import { buildImage, type ImageSpec, ociLayout, writeFiles } from '../builders/image.ts';
import { SMALL_FEED } from '../builders/small-feed.ts';
import { file } from '../builders/tar.ts';
import { baseLayer, updateLayer } from '../builders/windows-image.ts';
import { type CommandResult, clearstory, finished, start } from './run-command.ts';

const COMMAND = resolve(import.meta.dirname, '../../dist/cli/main.js');

const ajv = new Ajv2020.Ajv2020({ strict: true, allowUnionTypes: true });
addFormats.default(ajv);
const schema = (name: string): object =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../schemas', name), 'utf8')) as object;
ajv.addSchema(schema('report-1.schema.json'));
const validate = ajv.compile(schema('diff-1.schema.json'));

const IMAGES: Readonly<Record<string, ImageSpec>> = {
  old: { osVersion: '10.0.20348.3000', layers: [baseLayer({ revision: 3000 })] },
  new: { osVersion: '10.0.20348.5700', layers: [baseLayer({ revision: 3000 }), updateLayer(5700)] },
  nano: {
    osVersion: '10.0.20348.3000',
    layers: [baseLayer({ revision: 3000, installationType: 'Nano Server' })],
  },
  ended: { osVersion: '10.0.19042.1', layers: [baseLayer({ build: 19042, revision: 1 })] },
  unknown: { osVersion: '10.0.29999.1', layers: [baseLayer({ build: 29999, revision: 1 })] },
  linux: { os: 'linux', osVersion: '', layers: [{ entries: [file('etc/os-release', 'ID=debian')] }] },
};

let folder: string;
let cache: string;
const place = (name: string): string => join(folder, name);
const image = (name: string): string => `oci-dir:${place(name)}`;
const saved = (name: string): string => place(`${name}.json`);

const diff = (...args: string[]): Promise<CommandResult> =>
  finished(start(['diff', '-q', ...args], cache, {}, { cwd: folder }));

/** Standard output is what the schema says, and standard error has the warnings. */
async function compared(before: string, after: string): Promise<ReportDifference & { code: number | null }> {
  const { code, stdout, stderr } = await diff(before, after, '-o', 'json');
  const difference = JSON.parse(stdout) as ReportDifference;
  expect(validate(difference), JSON.stringify(validate.errors, null, 1)).toBe(true);
  for (const { message } of difference.warnings) expect(stderr).toContain(`warning: ${message}\n`);
  return { ...difference, code };
}

const numbers = (difference: ReportDifference): Record<string, number> =>
  Object.fromEntries(
    Object.entries(difference).flatMap(([key, value]) =>
      key === 'unchanged'
        ? [[key, value]]
        : Array.isArray(value) && value.length > 0
          ? [[key, value.length]]
          : [],
    ),
  );

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clearstory-test-'));
  cache = place('cache');
  await writeFeed(place('feed'), SMALL_FEED);
  for (const [name, spec] of Object.entries(IMAGES)) {
    writeFiles(place(name), ociLayout([{ image: buildImage(spec), tag: 'app' }]));
  }
  expect((await clearstory(['update', '-q', '--from', place('feed')], cache)).code).toBe(0);
  for (const name of ['old', 'new', 'linux', 'unknown', 'ended']) {
    await clearstory(['scan', image(name), '-q', '-o', `json=${saved(name)}`], cache);
  }
  const filter = ['--severity', 'critical'];
  await clearstory(['scan', image('old'), '-q', ...filter, '-o', `json=${saved('filtered')}`], cache);
  // Written last: it would count for all that is scanned in this folder.
  writeFileSync(
    place('.clearstory.yaml'),
    'severity: medium\nignore:\n  - cve: CVE-2025-0001\n    reason: not reachable\n',
  );
  const scan = [
    'scan',
    image('old'),
    '-q',
    '--severity',
    'critical,high,medium',
    '-o',
    `json=${saved('ruled')}`,
  ];
  await finished(start(scan, cache, {}, { cwd: folder }));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a new base: what it ends is fixed, by the layer that had it, and nothing is to be warned of', async () => {
  const difference = await compared(image('old'), image('new'));
  expect(numbers(difference)).toEqual({ fixed: 2, unchanged: 2, packages: 1 });
  expect(difference).toMatchObject({ code: 0, warnings: [] });
  const { code, stdout, stderr } = await diff(image('old'), image('new'));
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^2 fixed, 0 new, 2 unchanged\n\n/);
  expect(stdout).toMatch(/^Fixed that was in layer 1: 2$/m);
  const back = await diff(image('new'), image('old'));
  expect(back.stdout).toMatch(/^0 fixed, 2 new, 2 unchanged\n\n/);
  expect(back.stdout).toMatch(/^New in layer 1: 2$/m);
});

test('images and their saved reports are treated alike, whatever policy lies beside them', async () => {
  const all = await Promise.all(
    [
      [image('old'), image('new')],
      [saved('old'), image('new')],
      [image('old'), saved('new')],
      [saved('old'), saved('new')],
    ].map(async ([before, after]) => compared(before!, after!)),
  );
  for (const each of all) expect(each).toEqual(all[0]);
  expect(numbers(all[0]!)).toEqual({ fixed: 2, unchanged: 2, packages: 1 });
});

test('what a rule sets aside in one report is not fixed, and not new', async () => {
  const one = await compared(image('old'), saved('ruled'));
  expect(numbers(one)).toEqual({ suppressed: 1, unchanged: 3 });
  expect(one.suppressed[0]).toMatchObject({ finding: { id: 'CVE-2025-0001' }, layer: 1 });
  expect(numbers(await compared(saved('ruled'), saved('old')))).toEqual({
    noLongerSuppressed: 1,
    unchanged: 3,
  });
  const { code, stdout } = await diff(saved('old'), saved('ruled'));
  expect(code).toBe(0);
  expect(stdout).toMatch(/^0 fixed, 0 new, 3 unchanged, 1 suppressed\n/);
});

test('what a filter hides in one report is not fixed, and not new', async () => {
  const one = await compared(image('old'), saved('filtered'));
  expect(numbers(one)).toEqual({ noLongerListed: 3, unchanged: 1, warnings: 1 });
  expect(one.after.hidden).toEqual([{ by: '--severity critical', count: 3 }]);
  expect(one.code).toBe(0);
  expect(numbers(await compared(saved('filtered'), saved('old')))).toMatchObject({
    newlyListed: 3,
    unchanged: 1,
  });
  const { stdout } = await diff(saved('old'), saved('filtered'));
  expect(stdout).toMatch(
    /^0 fixed, 0 new, 1 unchanged, 3 no longer listed\n! after hides .* need not be fixed/,
  );
  expect(stdout).toContain('--severity critical');
});

describe('what was not judged', () => {
  test.each([
    ['linux', image, /there is no Windows in this image/],
    ['linux', saved, /there is no Windows in this image/],
    ['unknown', image, /build 29999 is not a Windows release/],
    ['unknown', saved, /build 29999 is not a Windows release/],
  ])('%s: nothing is fixed or new, and the exit code is 3', async (name, how, why) => {
    const there = await compared(saved('old'), how(name));
    expect(numbers(there)).toMatchObject({ noLongerListed: 4, unchanged: 0 });
    expect(there).toMatchObject({ code: 3, fixed: [], added: [], after: { judged: false } });
    expect(there.warnings[0]).toMatchObject({ code: 'NOT_JUDGED', message: expect.stringMatching(why) });
    const back = await compared(how(name), saved('old'));
    expect(back).toMatchObject({ code: 3, fixed: [], added: [], before: { judged: false } });
    const { code, stdout } = await diff(saved('old'), how(name));
    expect(code).toBe(3);
    expect(stdout).toMatch(/^Not compared: after was not judged\n! after was not judged/);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(why);
    expect(stdout).not.toMatch(/^Fixed|^New|\d fixed/m);
    const markdown = await diff(how(name), how(name), '-o', 'markdown');
    expect(markdown.code).toBe(3);
    expect(markdown.stdout).toMatch(
      /^## Not compared: before and after were not judged\n\n> ⚠️ after was not/,
    );
  });
});

test.each([image, saved])('a release out of support no longer lists what it may have (%o)', async (how) => {
  const there = await compared(image('old'), how('ended'));
  expect(numbers(there)).toMatchObject({ noLongerListed: 4, unchanged: 0 });
  expect(there).toMatchObject({ code: 0, fixed: [], added: [], warnings: [{ code: 'OUT_OF_SUPPORT' }] });
  const back = await compared(how('ended'), image('old'));
  expect(back).toMatchObject({ code: 0, fixed: [], added: [], warnings: [{ code: 'OUT_OF_SUPPORT' }] });
  const { stdout } = await diff(image('old'), how('ended'));
  expect(stdout).toMatch(
    /^0 fixed, 0 new, 0 unchanged, 4 no longer listed\n! after is .*, version 20H2, out of/,
  );
});

test('another kind of image is noted once', async () => {
  const { warnings, code } = await compared(image('nano'), image('old'));
  expect(warnings.map((each) => each.code)).toEqual(['DIFFERENT_KINDS']);
  expect(code).toBe(0);
});

test('on a terminal the table keeps to 80 columns, but for the names of images', () => {
  const pairs = [
    [image('old'), image('new')],
    [saved('old'), saved('ruled')],
    [saved('old'), saved('filtered')],
    [saved('filtered'), saved('unknown')],
    [saved('ended'), image('nano')],
  ];
  for (const [before, after] of pairs) {
    const command = `stty cols 80; '${process.execPath}' '${COMMAND}' diff -q '${before}' '${after}'`;
    const env = { PATH: process.env.PATH, TERM: 'xterm-256color', HOME: cache, CLEARSTORY_CACHE_DIR: cache };
    const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8', env });
    const lines = stripVTControlCharacters(stdout.replaceAll('\r\n', '\n')).split('\n');
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines) {
      if (!line.includes(folder)) expect(line.length, line).toBeLessThanOrEqual(80);
    }
  }
});

test.each<[string[], RegExp]>([
  [['oci-dir:nowhere', 'old.json'], /nowhere/],
  [['old.json', '.clearstory.yaml'], /\.clearstory\.yaml is not JSON/],
  [['old.json', 'old.json', '-o', 'sarif'], /there is no such format; known are table, json, markdown/],
])('%j cannot be compared: exit code 1', async (args, message) => {
  const { code, stdout, stderr } = await diff(...args);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(message);
});

test('a saved report that is not there is no image of a registry', async () => {
  const { code, stdout, stderr } = await clearstory(['diff', 'nowhere.json', 'nowhere.json'], cache);
  expect([code, stdout, stderr]).toEqual([1, '', 'clearstory: nowhere.json: there is no such file\n']);
});
