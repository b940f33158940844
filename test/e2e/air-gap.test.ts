// Advisories carried from one machine to another, as somebody does it who has no network on the other side.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import { type CvrfSpec, writeFeed } from '../builders/cvrf.ts';
import { buildImage, ociLayout, writeFiles } from '../builders/image.ts';
import { buildOsvArchive, buildOsvRecord } from '../builders/osv.ts';
import { SMALL_FEED } from '../builders/small-feed.ts';
import { temporaryDirectory } from '../builders/temporary-directory.ts';
import { baseLayer } from '../builders/windows-image.ts';
import { zstdFrame } from '../builders/zstd.ts';
import { type CommandResult, clearstory, finished, start } from './run-command.ts';

interface Machine {
  readonly cache: string;
  readonly file: (name: string) => string;
}

function machine(): Machine {
  const folder = temporaryDirectory();
  mkdirSync(join(folder, 'cache'));
  return { cache: join(folder, 'cache'), file: (name) => join(folder, name) };
}

async function connected(documents: readonly CvrfSpec[] = SMALL_FEED): Promise<Machine> {
  const made = machine();
  await writeFeed(made.file('feed'), documents);
  mkdirSync(made.file('osv/npm'), { recursive: true });
  const records = [buildOsvRecord('GHSA-1', 'left-pad')];
  writeFileSync(made.file('osv/npm/all.zip'), buildOsvArchive(records));
  await done(
    clearstory(['update', '-q', '--from', made.file('feed'), '--osv', made.file('osv')], made.cache),
  );
  return made;
}

async function done(running: Promise<CommandResult>): Promise<CommandResult> {
  const result = await running;
  expect(result.code, result.stderr).toBe(0);
  return result;
}

async function refused(running: Promise<CommandResult>, sentence: RegExp): Promise<void> {
  const { code, stdout, stderr } = await running;
  expect(stderr).toMatch(sentence);
  expect(stderr.trimEnd().split('\n'), 'one sentence').toHaveLength(1);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
}

/** Runs with this on standard input. */
function fed(args: readonly string[], cache: string, input: Uint8Array): Promise<CommandResult> {
  const child = start(args, cache);
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  return finished(child);
}

async function findingsOn({ cache, file }: Machine): Promise<Report['findings']> {
  const image = buildImage({ osVersion: '10.0.20348.3000', layers: [baseLayer({ revision: 3000 })] });
  writeFiles(file('image'), ociLayout([{ image, tag: 'app' }]));
  const { stdout } = await done(
    clearstory(['scan', '-q', '-o', 'json', '--from', '/nowhere', `oci-dir:${file('image')}`], cache),
  );
  return (JSON.parse(stdout) as Report).findings;
}

describe('a machine without a network', () => {
  test('finds what the one with a network finds', async () => {
    const there = await connected();
    const here = machine();
    await done(clearstory(['export', '--osv', there.file('carried')], there.cache));
    const { stderr } = await done(clearstory(['import', there.file('carried')], here.cache));
    expect(stderr).toMatch(
      /^advisories of the cache are now at version [0-9a-f]{12}: 1 documents, 5 entries, read 20\S+Z\nlibrary advisories: 1 entries, read 20\S+Z\n$/,
    );
    const findings = await findingsOn(here);
    expect(findings.map(({ id }) => id)).toContain('CVE-2025-0001');
    expect(findings).toEqual(await findingsOn(there));
    expect(readdirSync(join(here.cache, 'osv')).filter((name) => name.startsWith('npm-'))).toHaveLength(1);
  });

  test('does not look for OSV on its next update from a directory', async () => {
    const there = await connected();
    const here = machine();
    await done(clearstory(['export', '--osv', there.file('carried')], there.cache));
    await done(clearstory(['import', '-q', there.file('carried')], here.cache));
    const { stderr } = await done(clearstory(['update', '--from', there.file('feed')], here.cache));
    expect(stderr).toMatch(/^advisories stay at version [0-9a-f]{12}: 1 documents, 0 of them read anew\n$/);
  });

  test.each([
    ['as it is', (bytes: Buffer) => bytes],
    ['gzipped by whoever carried it', (bytes: Buffer) => gzipSync(bytes)],
    ['in a zstd frame', (bytes: Buffer) => zstdFrame(bytes)],
  ])('takes it from standard input %s', async (_, wrap) => {
    const there = await connected();
    const here = machine();
    await done(clearstory(['export', there.file('carried')], there.cache));
    const bytes = wrap(readFileSync(there.file('carried')));
    await done(fed(['import', '-'], here.cache, bytes));
    expect(await findingsOn(here)).toEqual(await findingsOn(there));
  });

  test("reads Clair's file as well", async () => {
    const there = await connected();
    const here = machine();
    await done(clearstory(['export', '--format', 'jsonblob', there.file('updates.json.gz')], there.cache));
    const lines = gunzipSync(readFileSync(there.file('updates.json.gz')))
      .toString()
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { Updater: string }).Updater)).toEqual(
      Array.from({ length: 5 }, () => 'msrc'),
    );
    await done(clearstory(['import', there.file('updates.json.gz')], here.cache));
    expect(await findingsOn(here)).toEqual(await findingsOn(there));
  });
});

describe('import says in one sentence', () => {
  test.each([
    ['that there is no such file', undefined, /^clearstory: \S+carried: there is no such file\n$/],
    [
      'that a file is another one',
      Buffer.from('PK\u0003\u0004 and more'),
      /is neither a bundle nor a file of Clair's/,
    ],
    ['that it is empty', Buffer.alloc(0), /carried: it is empty/],
    ['that it is newer', Buffer.from('clearstory-bundle 9\n'), /has format 9, .* a newer version is needed/],
    ['that it is cut', Buffer.from('clearstory-bundle 1\n'), /ends early; carry it over again/],
    [
      'that it is a bomb',
      gzipSync(Buffer.alloc(80_000_000)),
      /looks like a decompression bomb|is no JSON|more than/,
    ],
    ['that gzip was cut', gzipSync(Buffer.from('{"Updater":"x"}'.repeat(999))).subarray(0, 60), /ends early/],
    ['that nothing of it can be used', Buffer.from('[]\n'), /names no updater: it is no file of Clair's/],
  ])('%s', async (_, bytes, sentence) => {
    const here = machine();
    if (bytes) writeFileSync(here.file('carried'), bytes);
    await refused(clearstory(['import', here.file('carried')], here.cache), sentence);
    expect(existsSync(join(here.cache, 'advisories'))).toBe(false);
  });

  test('that it is older, and takes it with --force', async () => {
    const older = await connected();
    await done(clearstory(['export', older.file('carried')], older.cache));
    const here = await connected();
    await refused(
      clearstory(['import', older.file('carried')], here.cache),
      /holds what Microsoft said at .*; nothing was changed, --force takes it all the same\n$/,
    );
    await done(clearstory(['import', '--force', older.file('carried')], here.cache));
  });

  test('what of a foreign file it passed over, and why', async () => {
    const here = machine();
    const line = { Updater: 'clair.cvss', Kind: 'enrichment', Enrichment: { Tags: [], Enrichment: {} } };
    writeFileSync(here.file('carried'), `${JSON.stringify(line)}\n`);
    const { code, stderr } = await clearstory(['import', here.file('carried')], here.cache);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^warning: one record of clair\.cvss passed over: scores are taken/);
    expect(stderr).toMatch(/\nclearstory: .* holds nothing that "clearstory export --format jsonblob" wrote/);
  });
});

describe('export says in one sentence', () => {
  test.each([
    ['that there is nothing', [], /there are no advisories to export; run "clearstory update"/],
    ['what --osv is for', ['--osv', '--format', 'jsonblob'], /--osv is for clearstory's own format/],
    ['what --gzip is for', ['--gzip'], /are for --format jsonblob/],
    ['that one compression is enough', ['--gzip', '--zstd', '--format', 'jsonblob'], /exclude each other/],
  ])('%s', async (_, args, sentence) => {
    const here = machine();
    await refused(clearstory(['export', ...args, here.file('carried')], here.cache), sentence);
    expect(existsSync(here.file('carried'))).toBe(false);
  });

  test('that a file cannot be written', async () => {
    const there = await connected();
    writeFileSync(there.file('file'), '');
    await refused(
      clearstory(['export', `${there.file('file')}/carried`], there.cache),
      /carried: cannot be written/,
    );
  });
});
