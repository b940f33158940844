// Where reports go, and what becomes of them there: pipes that close, disks that are full, links, modes, damaged files.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import { writeFeed } from '../builders/cvrf.ts';
import { buildImage, ociLayout, writeFiles } from '../builders/image.ts';
import { SMALL_FEED } from '../builders/small-feed.ts';
import { buildTar } from '../builders/tar.ts';
import { baseLayer, updateLayer } from '../builders/windows-image.ts';
import { type CommandResult, clearstory, finished, start } from './run-command.ts';

const COMMAND = resolve(import.meta.dirname, '../../dist/cli/main.js');

let folder: string;
let cache: string;
let first: string;
let second: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clearstory-test-'));
  cache = join(folder, 'cache');
  await writeFeed(join(folder, 'feed'), SMALL_FEED);
  const layout = (name: string, revision: number): string => {
    const layers = [baseLayer({ revision: 3000 }), ...(revision > 3000 ? [updateLayer(revision)] : [])];
    writeFiles(
      join(folder, name),
      ociLayout([{ image: buildImage({ layers, osVersion: `10.0.20348.${revision}` }), tag: 'app' }]),
    );
    return `oci-dir:${join(folder, name)}`;
  };
  first = layout('first', 3000);
  second = layout('second', 3100);
  expect((await clearstory(['update', '-q', '--from', join(folder, 'feed')], cache)).code).toBe(0);
  const saved = await clearstory(['scan', first, '-q', '-o', `json=${join(folder, 'saved.json')}`], cache);
  expect(saved.code, saved.stderr).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder for what one test writes. */
function place(): string {
  return mkdtempSync(join(folder, 'place-'));
}

/** Runs the command in a folder of its own. */
function inFolder(
  cwd: string,
  args: readonly string[],
  variables: NodeJS.ProcessEnv = {},
): Promise<CommandResult> {
  return finished(start(args, cache, variables, { cwd }));
}

/** As a line of bash, in which `clearstory` is the command; its exit code is that of the command. */
function inShell(cwd: string, line: string): { code: number | null; stdout: string; stderr: string } {
  const script = `clearstory() { '${process.execPath}' '${COMMAND}' "$@"; }; ${line}; exit "\${PIPESTATUS[0]}"`;
  const env = { PATH: process.env.PATH, HOME: cache, CLEARSTORY_CACHE_DIR: cache, A: first, B: second };
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { cwd, env, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

describe('a pipe that nobody reads', () => {
  test.each([
    ['of several images', 'clearstory scan "$A" "$B" -q --fail-on any | true', 2],
    ['of several images, as JSON', 'clearstory scan "$A" "$B" -q --fail-on any -o json | true', 2],
    ['of one image', 'clearstory scan "$A" -q --fail-on any -o json | true', 2],
    ['of one image, without a gate', 'clearstory scan "$A" -q | head -1', 0],
    ['of an export', 'clearstory export | true', 0],
    ['of standard error too', 'clearstory scan "$A" "$B" --fail-on any 2>&1 | true', 2],
  ])('%s changes no exit code, and is passed over in silence', (_, line, code) => {
    const result = inShell(place(), line);
    expect([result.code, result.stderr.replace(/^clearstory: .*--fail-on any\)\n/gm, '')]).toEqual([
      code,
      '',
    ]);
  });

  test('does not keep files from being written', () => {
    const cwd = place();
    const { code } = inShell(cwd, 'clearstory scan "$A" "$B" -q --fail-on any -o json -o table=t.txt | true');
    expect(code).toBe(2);
    expect(readdirSync(cwd)).toEqual(['t.txt']);
    expect(readFileSync(join(cwd, 't.txt'), 'utf8')).toContain(first);
  });
});

describe.runIf(existsSync('/dev/full'))('a full disk', () => {
  test.each([
    'clearstory scan "$A" -q --fail-on any > /dev/full',
    'clearstory scan "$A" "$B" -q -o json > /dev/full',
    'clearstory catalog list > /dev/full',
    'clearstory export > /dev/full',
    'clearstory diff saved.json saved.json > /dev/full',
  ])('%s: one sentence, exit code 1', (line) => {
    const { code, stderr } = inShell(folder, line);
    expect(stderr).toBe('clearstory: standard output: cannot be written: the disk is full\n');
    expect(code).toBe(1);
  });
});

describe('-o', () => {
  test.each([
    [['-o', 'json=a', '-o', 'sarif=./a']],
    [['-o', 'json=b/../a', '-o', 'sarif=a']],
    [['-o', 'json=old', '-o', 'sarif=link']],
  ])('%j names one file twice', async (options) => {
    const cwd = place();
    mkdirSync(join(cwd, 'b'));
    writeFileSync(join(cwd, 'old'), '');
    symlinkSync('old', join(cwd, 'link'));
    const { code, stderr } = await inFolder(cwd, ['convert', join(folder, 'saved.json'), ...options]);
    expect(stderr).toMatch(/^clearstory: two reports are to go to .*; each needs a file of its own\n$/);
    expect([code, readdirSync(cwd).sort()]).toEqual([1, ['b', 'link', 'old']]);
  });

  test('- is standard output', async () => {
    const cwd = place();
    const { code, stdout } = await inFolder(cwd, ['convert', join(folder, 'saved.json'), '-o', 'json=-']);
    expect([code, (JSON.parse(stdout) as Report).schemaVersion]).toEqual([0, 1]);
    const both = await inFolder(cwd, ['convert', join(folder, 'saved.json'), '-o', 'json=-', '-o', 'table']);
    expect(both.stderr).toMatch(/only one report can go to standard output/);
    expect(readdirSync(cwd)).toEqual([]);
  });

  test.each([
    ['a folder that is not there', 'table=nope/x'],
    ['a format for one image', 'sarif=x'],
  ])('of several images with %s leaves nothing behind', async (_, second_) => {
    const cwd = place();
    const result = await inFolder(cwd, [
      'scan',
      first,
      second,
      '-q',
      '-o',
      'json',
      '-o',
      `json=good.json`,
      '-o',
      second_,
    ]);
    expect([result.code, result.stdout, readdirSync(cwd)]).toEqual([1, '', []]);
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
  });

  test.each<[string, () => string[]]>([
    ['one image', () => [first]],
    ['several', () => [first, second]],
  ])('of %s follows a link and keeps the mode', async (_, targets) => {
    const cwd = place();
    mkdirSync(join(cwd, 'kept'));
    writeFileSync(join(cwd, 'kept', 'old.json'), 'old');
    chmodSync(join(cwd, 'kept', 'old.json'), 0o600);
    symlinkSync('kept/old.json', join(cwd, 'link'));
    symlinkSync('kept/new.txt', join(cwd, 'dangling'));
    const options = ['-q', '-o', 'json=link', '-o', 'table=dangling'];
    const { code, stderr } = await inFolder(cwd, ['scan', ...targets(), ...options]);
    expect(code, stderr).toBe(0);
    expect(lstatSync(join(cwd, 'link')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(cwd, 'kept', 'old.json'), 'utf8')).toContain('"schemaVersion"');
    expect(statSync(join(cwd, 'kept', 'old.json')).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(cwd, 'kept')).sort()).toEqual(['new.txt', 'old.json']);
    expect(readdirSync(cwd).sort()).toEqual(['dangling', 'kept', 'link']);
  });
});

describe('a saved report', () => {
  /** What `change` makes of the saved one, as a file. */
  function changed(change: (report: Report & Record<string, unknown>) => unknown): string {
    const report = JSON.parse(readFileSync(join(folder, 'saved.json'), 'utf8'));
    const path = join(place(), 'report.json');
    writeFileSync(path, JSON.stringify(change(report), undefined, 2));
    return path;
  }

  test.each<[string, (report: Report) => unknown, RegExp]>([
    [
      'without a fix',
      ({ findings, ...rest }) => ({ ...rest, findings: findings.map(({ fixedIn, ...each }) => each) }),
      /report\.json:\d+:\d+: findings\[0\]\.fixedIn is missing$/,
    ],
    [
      'of another severity',
      ({ findings, ...rest }) => ({
        ...rest,
        findings: findings.map((each) => ({ ...each, severity: 'Grave' })),
      }),
      /report\.json:\d+:\d+: findings\[0\]\.severity must be one of "Critical", /,
    ],
    [
      'of an empty finding',
      (report) => ({ ...report, findings: [null] }),
      /report\.json:\d+:\d+: findings\[0\] must be object$/,
    ],
    ['without a system', ({ os, ...rest }) => rest, /report\.json lacks "os", /],
    ['of an empty system', (report) => ({ ...report, os: {} }), /report\.json:\d+:9: os\.family is missing$/],
  ])('%s is refused by convert and diff alike', async (_, change, message) => {
    const path = changed(change);
    for (const args of [
      ['convert', path],
      ['diff', path, path],
    ]) {
      const { code, stdout, stderr } = await clearstory(args, cache);
      expect([code, stdout, stderr.trim().split('\n').length]).toEqual([1, '', 1]);
      expect(stderr.trim()).toMatch(message);
    }
  });

  test('of an earlier version is read', async () => {
    const path = join(place(), 'report.json');
    const later = new Set(['kev', 'epss', 'aliases', 'kevFetchedAt', 'epssFetchedAt']);
    const report = JSON.parse(readFileSync(join(folder, 'saved.json'), 'utf8'));
    writeFileSync(
      path,
      JSON.stringify(report, (key, value) => (later.has(key) ? undefined : value)),
    );
    const { code, stdout, stderr } = await clearstory(['convert', path], cache);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('CVE-2025-0002');
  });

  test('may begin with a byte order mark; UTF-16 is named', async () => {
    const text = `\ufeff${readFileSync(join(folder, 'saved.json'), 'utf8')}`;
    const path = join(place(), 'report.json');
    writeFileSync(path, text);
    expect((await clearstory(['convert', path], cache)).code).toBe(0);
    writeFileSync(path, text, 'utf16le');
    const { code, stderr } = await clearstory(['convert', path], cache);
    expect([code, stderr]).toEqual([
      1,
      `clearstory: ${path} is not JSON: 1:1: it is UTF-16; save it as UTF-8\n`,
    ]);
  });

  test.each<[string, () => string]>([
    [
      'of a folder',
      () => {
        const unpacked = place();
        const input = buildTar(baseLayer().entries);
        expect(spawnSync('tar', ['-x', '-C', unpacked], { input }).status).toBe(0);
        return `dir:${unpacked}`;
      },
    ],
    [
      'of Linux',
      () => {
        const image = buildImage({ os: 'linux', osVersion: '', layers: [{ entries: [] }] });
        writeFiles(join(folder, 'linux'), ociLayout([{ image, tag: 'app' }]));
        return `oci-dir:${join(folder, 'linux')}`;
      },
    ],
  ])('%s is read too', async (_, target) => {
    const path = join(place(), 'report.json');
    const scan = await clearstory(['scan', target(), '-q', '-o', `json=${path}`], cache);
    expect(existsSync(path), scan.stderr).toBe(true);
    const { code, stderr } = await clearstory(['convert', path], cache);
    expect([code, stderr]).toEqual([0, '']);
  });

  test('lists what was set aside when it is asked to', async () => {
    const cwd = place();
    writeFileSync(join(cwd, '.trivyignore'), 'CVE-2025-0004 exp:2999-01-01\n');
    expect((await inFolder(cwd, ['scan', first, '-q', '-o', 'json=report.json'])).code).toBe(0);
    const convert = (...more: string[]): Promise<CommandResult> =>
      inFolder(cwd, ['convert', 'report.json', ...more]);
    expect((await convert('--show-suppressed')).stdout).toMatch(
      /^CVE-2025-0004 .*2999-01-01 +\.trivyignore/m,
    );
    expect((await convert()).stdout).not.toMatch(/^CVE-2025-0004/m);
  });
});

describe('variables', () => {
  const scan = (variables: NodeJS.ProcessEnv, ...more: string[]): Promise<CommandResult> =>
    inFolder(folder, ['scan', first, ...more], variables);

  test('give the output, and silence', async () => {
    const loud = await scan({ CLEARSTORY_OUTPUT: 'json', CLEARSTORY_QUIET: '0' });
    expect((JSON.parse(loud.stdout) as Report).schemaVersion).toBe(1);
    const several = (variables: NodeJS.ProcessEnv): Promise<CommandResult> =>
      inFolder(folder, ['scan', first, second], variables);
    expect((await several({ CLEARSTORY_QUIET: 'false' })).stderr).toContain('scanned 1 of 2');
    expect((await several({ CLEARSTORY_QUIET: 'true' })).stderr).not.toContain('scanned');
  });

  test('come after flags, and count for nothing when they are empty', async () => {
    const table = await scan({ CLEARSTORY_OUTPUT: 'json' }, '-q', '-o', 'table');
    expect(table.stdout).not.toMatch(/^\{/);
    const empty = await scan({ CLEARSTORY_OUTPUT: '', CLEARSTORY_INFER: '', CLEARSTORY_SEVERITY: '' }, '-q');
    expect([empty.code, empty.stdout]).toEqual([0, table.stdout]);
  });

  test('of a switch take true and false alone', async () => {
    const { code, stderr } = await scan({ CLEARSTORY_INFER: 'perhaps' });
    expect([code, stderr]).toEqual([1, 'clearstory: CLEARSTORY_INFER=perhaps: say true or false\n']);
  });
});

test('the help of every command fits 80 columns', async () => {
  const { stdout } = await clearstory(['completion', 'bash'], cache);
  const commands = [...stdout.matchAll(/^ {6}'([^']*)'\) words=/gm)].map(([, words]) => words!);
  expect(commands).toEqual(expect.arrayContaining(['', 'scan', 'catalog add', 'ctl report', 'completion']));
  for (const command of commands) {
    const words = command.split(' ').filter((word) => word !== '');
    const help = await clearstory([...words, '--help'], '/cache');
    expect(help.stdout, command).toContain('Usage: clearstory');
    expect(
      help.stdout.split('\n').filter((line) => line.length > 80),
      command,
    ).toEqual([]);
  }
});

describe('completion of values', () => {
  let script: string;
  beforeAll(async () => {
    script = (await clearstory(['completion', 'bash'], cache)).stdout;
  });

  /** As bash calls it: the last word is the one at the cursor. */
  function completed(cwd: string, ...words: string[]): string[] {
    const list = ['clearstory', ...words].map((word) => `'${word}'`).join(' ');
    const text = `${script}\nCOMP_WORDS=(${list}); COMP_CWORD=${words.length}; _clearstory; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', text], { cwd, encoding: 'utf8' });
    expect(stderr).toBe('');
    return stdout.trim().split('\n');
  }

  test.each<[string[], string[]]>([
    [['scan', 'image', '-o', 'cy'], ['cyclonedx']],
    [['scan', '--output', 'js'], ['json']],
    [['scan', '--output=js'], ['--output=json']],
    [['scan', '--output', '=', 'js'], ['json']],
    [['convert', '-o', 'sa'], ['sarif']],
    [
      ['diff', '-o', ''],
      ['table', 'json', 'markdown'],
    ],
    [['scan', '--where', 'ho'], ['host']],
    [['scan', '--severity', 'cr'], ['critical']],
    [['scan', '--severity', 'critical,hi'], ['critical,high']],
    [
      ['scan', '--fail-on', 'kev'],
      ['kev', 'kev-ransomware'],
    ],
    [
      ['update', '--with', ''],
      ['kev', 'epss'],
    ],
    [['update', '--osv', '--wi'], ['--with']],
    [['ctl', 'report', '-o', 'x'], ['xml']],
    [['completion', 'f'], ['fish']],
    [['scan', '--vex', ''], ['statements.json']],
    [['scan', '-o', 'json', '=', ''], ['statements.json']],
    [['scan', '-o', 'json', '='], ['statements.json']],
    [['scan', '-o', 'json=st'], ['json=statements.json']],
    [['scan', 'image', '--fail'], ['--fail-on']],
  ])('%j', (words, expected) => {
    const cwd = place();
    writeFileSync(join(cwd, 'statements.json'), '');
    expect(completed(cwd, ...words)).toEqual(expected);
  });

  test('fish has the words with their options', async () => {
    const { stdout } = await clearstory(['completion', 'fish'], cache);
    const seen = "-n '__fish_seen_subcommand_from scan'";
    expect(stdout).toContain(`complete -c clearstory ${seen} -s o -l output -x -a 'table packages json `);
    expect(stdout).toContain(`complete -c clearstory ${seen} -l where -x -a 'image unknown host absent' -d `);
    expect(stdout).toContain(`complete -c clearstory ${seen} -l vex -r -d `);
    expect(stdout).toContain(`complete -c clearstory ${seen} -l guidance -d `);
  });
});
