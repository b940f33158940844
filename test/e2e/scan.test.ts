// `clearstory scan` as a pipeline runs it: report, exit code, cache.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import { writeFeed } from '../builders/cvrf.ts';
import { dword, hiveFromPaths, sz, tombstone } from '../builders/hive.ts';
import { buildImage, dockerArchive, ociLayout, writeArchive, writeFiles } from '../builders/image.ts';
import { SMALL_FEED } from '../builders/small-feed.ts';
import { file } from '../builders/tar.ts';
import { temporaryDirectory } from '../builders/temporary-directory.ts';
import { baseLayer, CURRENT_VERSION, deltaLayer, UNINSTALL, updateLayer } from '../builders/windows-image.ts';
import { clearstory } from './run-command.ts';

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../schemas/report-1.schema.json'), 'utf8'),
) as object;
const ajv = new Ajv2020.Ajv2020({ strict: true, allowUnionTypes: true });
addFormats.default(ajv);
const validate = ajv.compile(schema);

const TWO_LAYERS = buildImage({
  osVersion: '10.0.20348.5000',
  layers: [
    baseLayer({
      revision: 3000,
      software: { [`${UNINSTALL}\\{A}`]: [sz('DisplayName', 'Old'), sz('DisplayVersion', '1')] },
    }),
    updateLayer(5000),
    deltaLayer({
      [`${UNINSTALL}\\{A}`]: [tombstone('DisplayName')],
      [`WOW6432Node\\${UNINSTALL}\\{B}`]: [
        sz('DisplayName', 'Python 3.9.5'),
        sz('DisplayVersion', '3.9.5150.0'),
      ],
    }),
  ],
});

/** A folder with a feed, read into a cache, and an image of two base layers and one on top. */
async function prepared(image = TWO_LAYERS): Promise<{ target: string; cache: string; folder: string }> {
  const folder = temporaryDirectory();
  const cache = join(folder, 'cache');
  await writeFeed(join(folder, 'feed'), SMALL_FEED);
  writeFiles(join(folder, 'image'), ociLayout([{ image, tag: 'app' }]));
  const { code, stderr } = await clearstory(['update', '--from', join(folder, 'feed')], cache);
  expect(code, stderr).toBe(0);
  return { target: `oci-dir:${join(folder, 'image')}`, cache, folder };
}

function reportOf(stdout: string): Report {
  const report = JSON.parse(stdout) as Report;
  expect(validate(report), JSON.stringify(validate.errors, null, 1)).toBe(true);
  return report;
}

describe('scan', () => {
  test('reads the revision from the delta, not from the base, and says which layer set it', async () => {
    const { target, cache } = await prepared();
    const { code, stdout, stderr } = await clearstory(['scan', target, '-o', 'json', '-q'], cache);
    expect(code, stderr).toBe(0);
    const report = reportOf(stdout);
    expect(report.os).toMatchObject({
      name: 'Windows Server 2022',
      installationType: 'Server Core',
      version: '10.0.20348.5000',
      architecture: 'amd64',
    });
    const [deciding] = report.os!.evidence;
    expect(deciding).toMatchObject({
      layer: TWO_LAYERS.layers[1]!.digest,
      path: 'Hives/Software_Delta',
      value: 'UBR',
      data: '5000',
    });
    expect(report.packages.map(({ name, version, kind }) => [kind, name, version])).toEqual([
      ['os', 'Windows Server 2022 (Server Core)', '10.0.20348.5000'],
      ['program', 'Python 3.9.5', '3.9.5150.0'],
    ]);
    expect(report.packages[1]!.introducedIn).toBe(TWO_LAYERS.layers[2]!.digest);
    expect(report.notices).toEqual([]);
  });

  test('finds what is fixed later, exploited first, and nothing else', async () => {
    const { target, cache } = await prepared();
    const report = reportOf((await clearstory(['scan', target, '-o', 'json', '-q'], cache)).stdout);
    expect(report.findings.map(({ id, status, rule }) => [id, status, rule])).toEqual([
      ['CVE-2025-0002', 'affected', 'R3'],
      ['CVE-2025-0004', 'no-fix', 'R8'],
      ['CVE-2025-0003', 'affected', 'R3'],
    ]);
    expect(report.findings[0]).toMatchObject({
      installed: '10.0.20348.5000',
      fixedIn: { version: '10.0.20348.5622', kb: ['KB5056220'] },
      severity: 'High',
      exploited: true,
      published: '2025-06-10',
      source: '2025-Jun',
    });
    const guided = await clearstory(['scan', target, '-o', 'json', '-q', '--guidance'], cache);
    expect(reportOf(guided.stdout).findings.map(({ id }) => id)).toContain('ADV250001');
  });

  test('standard output holds the report alone, files are written beside it', async () => {
    const { target, cache, folder } = await prepared();
    const path = join(folder, 'report.json');
    const { code, stdout, stderr } = await clearstory(
      ['scan', target, '-o', 'table', '-o', `json=${path}`],
      cache,
    );
    expect(code).toBe(0);
    expect(stderr).toContain('read layer 3 of 3');
    expect(stdout).toMatch(/^Base is 10\.0\.20348\.5000 .*Rebuild on 10\.0\.20348\.6000/);
    expect(stdout).toMatch(/^oci-dir:/m);
    expect(stdout).toContain('Windows Server 2022 (Server Core, amd64) 10.0.20348.5000');
    expect(stdout).toContain('layer 2 of 3: Hives/Software_Delta, UBR = 5000');
    expect(stdout).toMatch(/^CVE-2025-0002\* +High +7\.8 +20348\.5622 +KB5056220 +/m);
    expect(reportOf(readFileSync(path, 'utf8')).findings).toHaveLength(3);
    expect(readdirSync(folder).sort()).toEqual(['cache', 'feed', 'image', 'report.json']);
  });

  test('a second scan reads no layer again', async () => {
    const { target, cache, folder } = await prepared();
    const first = await clearstory(['scan', target, '-o', 'json', '-q'], cache);
    for (const layer of TWO_LAYERS.layers) {
      rmSync(join(folder, 'image', 'blobs', 'sha256', layer.digest.slice('sha256:'.length)));
    }
    const second = await clearstory(['scan', target, '-o', 'json', '-q'], cache);
    expect(second.code, second.stderr).toBe(0);
    // The same but for the time at which it was made.
    expect({ ...reportOf(second.stdout), created: '' }).toEqual({ ...reportOf(first.stdout), created: '' });
  });

  test.each(['none', 'gzip', 'zstd'] as const)(
    'reads %s layers whatever the manifest calls them',
    async (compression) => {
      const layers = [
        { ...baseLayer({ revision: 3000 }), compression },
        { ...updateLayer(5000), compression },
      ];
      const { target, cache } = await prepared(buildImage({ osVersion: '10.0.20348.5000', layers }));
      const report = reportOf((await clearstory(['scan', target, '-o', 'json', '-q'], cache)).stdout);
      expect(report.os?.version).toBe('10.0.20348.5000');
    },
  );

  test.each(['docker-archive', 'oci-archive'])('reads a %s', async (scheme) => {
    const { cache, folder } = await prepared();
    const path = join(folder, 'image.tar');
    const listing = [{ image: TWO_LAYERS, tag: 'app:latest' }];
    writeArchive(path, scheme === 'docker-archive' ? dockerArchive(listing) : ociLayout(listing));
    const { code, stdout, stderr } = await clearstory(
      ['scan', `${scheme}:${path}`, '-o', 'json', '-q'],
      cache,
    );
    expect(code, stderr).toBe(0);
    expect(reportOf(stdout).os?.version).toBe('10.0.20348.5000');
  });

  test('an index of several Windows images lists them, --platform chooses', async () => {
    const { cache, folder } = await prepared();
    const newer = buildImage({
      osVersion: '10.0.26100.1',
      layers: [baseLayer({ build: 26100, revision: 1 })],
    });
    const linux = buildImage({ os: 'linux', osVersion: '' });
    writeFiles(join(folder, 'index'), ociLayout([TWO_LAYERS, newer, linux]));
    const target = `oci-dir:${join(folder, 'index')}`;
    const undecided = await clearstory(['scan', target], cache);
    expect(undecided.code).toBe(1);
    expect(undecided.stdout).toBe('');
    expect(undecided.stderr).toContain('--platform windows/amd64:10.0.20348.5000');
    expect(undecided.stderr).toContain('--platform windows/amd64:10.0.26100.1');
    const chosen = await clearstory(
      ['scan', target, '--platform', 'windows/amd64:10.0.26100.*', '-o', 'json'],
      cache,
    );
    expect(reportOf(chosen.stdout).os?.name).toBe('Windows Server 2025');
  });
});

describe('what is not "clean"', () => {
  test('no Windows in the image: a report of its own and exit code 3', async () => {
    const empty = [file('Files/License.txt', 'none'), file('Files/Windows/System32/config/SOFTWARE', '')];
    const { target, cache } = await prepared(buildImage({ layers: [{ entries: empty }] }));
    const { code, stdout } = await clearstory(['scan', target, '-o', 'json', '-q'], cache);
    expect(code).toBe(3);
    const report = reportOf(stdout);
    expect(report.os).toBeNull();
    expect(report.notices.map((notice) => notice.code)).toEqual(['NO_OPERATING_SYSTEM']);
    const table = await clearstory(['scan', target], cache);
    expect(table.code).toBe(3);
    expect(table.stdout).toContain('! there is no Windows in this image: its registry is empty');
    expect(table.stdout).not.toContain('findings');
  });

  test('a build that is not known is not judged', async () => {
    const { target, cache } = await prepared(
      buildImage({ osVersion: '10.0.29999.1', layers: [baseLayer({ build: 29999, revision: 1 })] }),
    );
    const { code, stdout } = await clearstory(['scan', target], cache);
    expect(code).toBe(3);
    expect(stdout).toContain('! build 29999 is not a Windows release this version of clearstory knows');
  });

  test('out of support comes first and loud', async () => {
    const layers = [baseLayer({ build: 18363, revision: 1556 })];
    const { target, cache } = await prepared(buildImage({ osVersion: '10.0.18363.1556', layers }));
    const { stdout } = await clearstory(['scan', target, '-o', 'json', '-q'], cache);
    const report = reportOf(stdout);
    expect(report.os).toMatchObject({ endOfSupport: '2021-05-11', supported: false });
    expect(report.notices[0]?.code).toBe('END_OF_SUPPORT');
  });

  test('an image config that says something else is reported with both values', async () => {
    const image = buildImage({
      osVersion: '10.0.20348.9999',
      layers: [baseLayer({ revision: 3000 }), updateLayer(5000)],
    });
    const { target, cache } = await prepared(image);
    const report = reportOf((await clearstory(['scan', target, '-o', 'json', '-q'], cache)).stdout);
    expect(report.os?.version).toBe('10.0.20348.5000');
    expect(report.notices).toMatchObject([{ code: 'REVISION_CONFLICT', uncertain: true }]);
    expect(report.notices[0]?.message).toMatch(/10\.0\.20348\.9999.*10\.0\.20348\.5000/);
  });

  test('a hive that was not closed is read, and said to be uncertain', async () => {
    const software = hiveFromPaths(
      { [CURRENT_VERSION]: [sz('CurrentBuildNumber', '20348'), dword('UBR', 5000)] },
      { primarySequence: 7, secondarySequence: 6 },
    );
    const layers = [{ entries: [file('Files/Windows/System32/config/SOFTWARE', software)] }];
    const { target, cache } = await prepared(buildImage({ osVersion: '10.0.20348.5000', layers }));
    const report = reportOf((await clearstory(['scan', target, '-o', 'json', '-q'], cache)).stdout);
    expect(report.notices).toMatchObject([{ code: 'HIVE_DIRTY', uncertain: true }]);
  });
});

describe('the first scan', () => {
  test('fetches the advisories by itself, with a message', async () => {
    const { target, folder } = await prepared();
    const cache = join(folder, 'fresh');
    const { code, stderr } = await clearstory(['scan', target, '--from', join(folder, 'feed')], cache);
    expect(stderr).toContain('there are no advisories yet: running "clearstory update"');
    expect(code, stderr).toBe(0);
  });

  test.each(['state.json', 'advisories-'])('a damaged %s is mended by an update', async (name) => {
    const { target, cache, folder } = await prepared();
    const stored = join(cache, 'advisories');
    const damaged = readdirSync(stored).find((each) => each.startsWith(name))!;
    writeFileSync(join(stored, damaged), 'damaged');
    const { code, stdout, stderr } = await clearstory(
      ['scan', target, '-q', '-o', 'json', '--from', join(folder, 'feed')],
      cache,
    );
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(new RegExp(`^warning: .*${damaged}`));
    expect(reportOf(stdout).findings).toHaveLength(3);
  });
});
