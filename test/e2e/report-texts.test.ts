// What a report says where there is little to show: hidden, not judged, not listed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import { writeFeed } from '../builders/cvrf.ts';
import { buildImage, ociLayout, writeFiles } from '../builders/image.ts';
import { SMALL_FEED } from '../builders/small-feed.ts';
import { baseLayer } from '../builders/windows-image.ts';
import { type CommandResult, clearstory } from './run-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'clearstory-test-'));
const cache = join(folder, 'cache');
const run = (...args: string[]): Promise<CommandResult> => clearstory(args, cache);

/** The target of an image that is a base alone. */
function image(build: number, revision: number, osVersion = `10.0.${build}.${revision}`): string {
  const place = join(folder, `${build}-${osVersion}`);
  writeFiles(
    place,
    ociLayout([{ image: buildImage({ osVersion, layers: [baseLayer({ build, revision })] }), tag: 'app' }]),
  );
  return `oci-dir:${place}`;
}

beforeAll(async () => {
  await writeFeed(join(folder, 'feed'), SMALL_FEED);
  expect((await run('update', '-q', '--from', join(folder, 'feed'))).code).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the first line tells hidden from none, as does a report that was saved', async () => {
  const saved = join(folder, 'hidden.json');
  const scan = ['scan', image(20348, 3000), '-q', '--severity', 'negligible'];
  const { stdout } = await run(...scan, '-o', 'table', '-o', `json=${saved}`);
  const first = /^Base is .*: none of the 4 findings counts \(4 hidden by --severity negligible\)\./;
  expect(stdout).toMatch(first);
  expect((await run('convert', saved)).stdout).toMatch(first);
  expect((await run('convert', saved, '-o', 'junit')).stdout).toContain('hidden by --severity negligible');
});

test('an image that was not judged fails in JUnit, now and when it was saved', async () => {
  const saved = join(folder, 'unknown.json');
  const scanned = await run('scan', image(29999, 1), '-q', '-o', 'junit', '-o', `json=${saved}`);
  expect(scanned.code).toBe(3);
  expect(scanned.stdout).toContain('errors="1"');
  expect(scanned.stdout).toContain('<error type="not-judged"');
  expect((await run('convert', saved, '-o', 'junit')).stdout).toBe(scanned.stdout);
  const { stdout } = await run('convert', saved, '--explain', 'CVE-2025-0001');
  expect(stdout).toMatch(/verdict +nothing was judged: build 29999/);
});

test('a scan explains what a filter hides, and its gate still does not see it', async () => {
  const scan = ['scan', image(20348, 3000), '-q'];
  const all = JSON.parse((await run(...scan, '-o', 'json')).stdout) as Report;
  const { id } = all.findings.find(({ severity }) => severity === 'High')!;
  const explained = await run(...scan, '--severity', 'critical', '--explain', id, '--fail-on', 'high');
  expect(explained.stdout).toMatch(/hidden +by --severity critical/);
  expect(explained.stdout).toMatch(/rule +R/);
  expect(explained.code).toBe(2);
  expect(explained.stderr).toMatch(/: 1 finding .*--fail-on high/);
  const saved = join(folder, 'critical.json');
  await run(...scan, '--severity', 'critical', '-o', `json=${saved}`);
  const { stdout } = await run('convert', saved, '--explain', id);
  expect(stdout).toMatch(/verdict +not known/);
  expect(stdout).toMatch(/but +3 findings are hidden by --severity critical/);
});

test('an explanation has the notices of the report', async () => {
  const conflict = image(20348, 3000, '10.0.20348.9999');
  const { stdout } = await run('scan', conflict, '-q', '--explain', 'CVE-2025-0001');
  expect(stdout).toMatch(/^! .*10\.0\.20348\.9999/m);
});

test('out of support: an explanation names the end, and --infer; 23H2 has no release to infer from', async () => {
  const old = await run('scan', image(19042, 1826), '-q', '--explain', 'CVE-2025-0001');
  expect(old.stdout).toMatch(/but +support ended on 2022-08-09/);
  expect(old.stdout).toMatch(/infer +scan with --infer/);
  const { stdout } = await run('scan', image(25398, 1), '-q', '--infer', '-o', 'json');
  expect((JSON.parse(stdout) as Report).notices.map(({ code }) => code)).toContain('NOTHING_INFERRED');
});
