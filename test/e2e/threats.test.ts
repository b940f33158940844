// `clearstory update --with kev,epss` and what scans make of it, as a pipeline runs them.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import { writeFeed } from '../builders/cvrf.ts';
import { buildImage, ociLayout, writeFiles } from '../builders/image.ts';
import { SMALL_FEED } from '../builders/small-feed.ts';
import { temporaryDirectory } from '../builders/temporary-directory.ts';
import { buildEpss, buildKev, buildKevEntry } from '../builders/threats.ts';
import { baseLayer } from '../builders/windows-image.ts';
import { clearstory } from './run-command.ts';

async function prepared(): Promise<{ folder: string; cache: string; target: string; update: string[] }> {
  const folder = temporaryDirectory();
  const cache = join(folder, 'cache');
  await writeFeed(join(folder, 'feed'), SMALL_FEED);
  const image = buildImage({ osVersion: '10.0.20348.3000', layers: [baseLayer({ revision: 3000 })] });
  writeFiles(join(folder, 'image'), ociLayout([{ image, tag: 'app' }]));
  const update = ['update', '-q', '--from', join(folder, 'feed')];
  return { folder, cache, target: `oci-dir:${join(folder, 'image')}`, update };
}

test('fetched once, renewed from then on, first in reports, and a gate', async () => {
  const { folder, cache, target, update } = await prepared();
  const kev = join(folder, 'kev.json');
  const epss = join(folder, 'epss.csv.gz');
  writeFileSync(kev, buildKev([buildKevEntry('CVE-2025-0004')]));
  writeFileSync(epss, gzipSync(buildEpss([['CVE-2025-0003', '0.6', '0.97']])));
  const first = await clearstory(
    [...update.filter((word) => word !== '-q'), '--kev', kev, '--epss', epss],
    cache,
  );
  expect(first.code, first.stderr).toBe(0);
  expect(first.stderr).toContain('known exploited vulnerabilities of 2026-01-01: 1 entries, read anew');

  const scanned = await clearstory(['scan', target, '-q', '-o', 'json', '--fail-on', 'kev,epss>=0.5'], cache);
  expect(scanned.code, scanned.stderr).toBe(2);
  expect(scanned.stderr).toContain('1 finding that CISA knows to be exploited (--fail-on kev)');
  expect(scanned.stderr).toContain('1 finding with EPSS 0.5 or higher (--fail-on epss>=0.5)');
  const report = JSON.parse(scanned.stdout) as Report;
  const attacked = report.findings.map(({ id, exploited, kev: listed }) => [id, exploited, listed?.due]);
  expect(attacked.slice(0, 2).sort()).toEqual([
    ['CVE-2025-0002', true, undefined],
    ['CVE-2025-0004', false, '2025-07-01'],
  ]);
  expect(report.advisories.kevFetchedAt).toMatch(/^\d{4}-.*Z$/);
  expect(report.findings.find(({ id }) => id === 'CVE-2025-0003')?.epss).toEqual({
    probability: 0.6,
    percentile: 0.97,
  });

  // An update that says nothing of them renews them, and one that fails leaves them.
  writeFileSync(kev, buildKev([buildKevEntry('CVE-2025-0004'), buildKevEntry('CVE-2025-0003')]));
  writeFileSync(epss, '<html>');
  const second = await clearstory(update, cache);
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(/^clearstory: .*epss\.csv\.gz: is a web page; .*; what was known stays\n$/);
  const again = await clearstory(['scan', target, '-q', '-o', 'json'], cache);
  const renewed = JSON.parse(again.stdout) as Report;
  expect(renewed.findings.filter((each) => each.kev).map(({ id }) => id)).toHaveLength(2);
  expect(renewed.findings.filter((each) => each.epss)).toHaveLength(1);

  // Damage of the cache is no silence.
  const file = readdirSync(join(cache, 'threats')).find((name) => name.startsWith('epss'))!;
  writeFileSync(join(cache, 'threats', file), 'damaged');
  const left = await clearstory(['scan', target, '-q', '-o', 'json'], cache);
  expect(left.code).toBe(0);
  expect((JSON.parse(left.stdout) as Report).notices.map(({ code }) => code)).toContain('THREATS_NOT_READ');
  const gated = await clearstory(['scan', target, '-q', '--fail-on', 'kev'], cache);
  expect([gated.code, gated.stdout]).toEqual([1, '']);
  expect(gated.stderr).toMatch(/run "clearstory update --with epss"/);
});

test('a gate on what was never fetched is refused, not passed', async () => {
  const { cache, target, update } = await prepared();
  expect((await clearstory(update, cache)).code).toBe(0);
  const { code, stdout, stderr } = await clearstory(['scan', target, '-q', '--fail-on', 'epss>=0.1'], cache);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toBe(
    'clearstory: --fail-on epss>=0.1: that was never fetched; run "clearstory update --with epss"\n',
  );
});

test('a feed nobody knows is said before anything is fetched', async () => {
  const { cache, update } = await prepared();
  const { code, stderr } = await clearstory([...update, '--with', 'kev,nvd'], cache);
  expect([code, stderr]).toEqual([1, 'clearstory: --with nvd: known are kev, epss\n']);
});
