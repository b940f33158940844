// `clearstory ctl` against `clearstory serve`: from a name in a registry to its findings, and forgotten again.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { writeFeed } from '../builders/cvrf.ts';
import { buildImage } from '../builders/image.ts';
import { isInstalled } from '../builders/installed.ts';
import { serveOnLoopback } from '../builders/loopback-server.ts';
import { pushImage } from '../builders/push-image.ts';
import { startRegistry } from '../builders/registry.ts';
import { SMALL_FEED } from '../builders/small-feed.ts';
import { temporaryDirectory } from '../builders/temporary-directory.ts';
import { baseLayer, deltaLayer, updateLayer } from '../builders/windows-image.ts';
import { clearstory } from './run-command.ts';
import { servedFrom } from './run-service.ts';

const APP = buildImage({
  osVersion: '10.0.20348.5000',
  layers: [baseLayer({ revision: 3000 }), updateLayer(5000), deltaLayer({ Software: [] })],
});
const OLDER = buildImage({ osVersion: '10.0.20348.3000', layers: [baseLayer({ revision: 3000 })] });

test.skipIf(!isInstalled('docker-registry'))('report, again, delete', async () => {
  const registry = await startRegistry();
  onTestFinished(() => registry.close());
  await pushImage(registry, 'app', 'v1', APP);
  await pushImage(registry, 'both', 'v1', [APP, OLDER]);
  const spans: { name: string; traceId: string; parentSpanId?: string; spanId: string }[] = [];
  const collector = await serveOnLoopback(async (request, response) => {
    const { resourceSpans } = (await json(request)) as {
      resourceSpans: { scopeSpans: { spans: typeof spans }[] }[];
    };
    for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans.push(...scope.spans);
    response.end('{}');
  });
  onTestFinished(() => collector.close());
  const folder = temporaryDirectory();
  await writeFeed(join(folder, 'feed'), SMALL_FEED);
  const service = await servedFrom(folder, {
    auth: { psk: { key: randomBytes(32).toString('base64'), iss: ['clairctl'] } },
    trace: { name: 'otlp', otlp: { http: { endpoint: collector.host, insecure: true } } },
    clearstory: { feed: join(folder, 'feed'), allow_addresses: ['127.0.0.0/8'] },
  });
  await service.logged('advisories in force');
  const ctl = (...args: readonly string[]) =>
    clearstory(
      ['ctl', '-c', join(folder, 'config.json'), ...args, '--host', `http://127.0.0.1:${service.port}`],
      folder,
    );

  const report = await ctl('report', `${registry.host}/app:v1`);
  expect(report, service.shown()).toMatchObject({ code: 0, stderr: '' });
  // CVE-2025-0001 is fixed in revision 3807, which the update is past.
  const lines = report.stdout.trim().split('\n');
  expect(lines.map((line) => /CVE-\S+/.exec(line)?.[0])).toEqual([
    'CVE-2025-0002',
    'CVE-2025-0003',
    'CVE-2025-0004',
  ]);
  expect(lines[0]).toMatch(
    /^app:v1 {2}found {2}Windows Server 2022.* 10\.0\.20348\.5000 .*\(fixed: 10\.0\.20348\.5622 \(KB5056220\)\)$/,
  );

  const both = await ctl('report', '--novel', '-o', 'xml', `${registry.host}/both:v1`);
  expect(both.code, both.stderr).toBe(0);
  const suites = [...both.stdout.matchAll(/<testsuite name="(both:v1@[0-9a-f]{12})"/g)].map(
    (match) => match[1],
  );
  expect(suites).toEqual([APP, OLDER].map(({ digest }) => `both:v1@${digest.slice(7, 19)}`));
  expect(both.stdout).toContain('CVE-2025-0001');

  const unknown = `sha256:${'0'.repeat(64)}`;
  expect(await ctl('delete', APP.digest, unknown)).toMatchObject({ code: 0, stdout: `${APP.digest}\n` });
  expect(await ctl('delete', APP.digest)).toMatchObject({ code: 0, stdout: '' });

  const stranger = await clearstory(
    ['ctl', 'report', '--host', `http://127.0.0.1:${service.port}`, `${registry.host}/app:v1`],
    folder,
  );
  expect(stranger.code).toBe(1);
  expect(stranger.stderr).toMatch(/wants a token/);

  // What was asked for is one trace, down to each layer.
  expect(await service.end()).toBe(0);
  const posts = spans.filter(({ name }) => name.startsWith('POST '));
  const indexings = spans.filter(({ name }) => name === 'index manifest');
  expect(indexings).toHaveLength(2);
  expect(indexings.every(({ parentSpanId }) => posts.some(({ spanId }) => spanId === parentSpanId))).toBe(
    true,
  );
  const reads = spans.filter(({ name }) => name === 'read layer');
  expect(reads.length).toBeGreaterThanOrEqual(3);
  expect(reads.every(({ traceId }) => indexings.some((indexing) => indexing.traceId === traceId))).toBe(true);
});
