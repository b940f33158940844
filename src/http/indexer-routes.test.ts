import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Ask, ask, startApi } from '../../test/builders/api-server.ts';
import { MemoryIndexer } from '../../test/builders/memory-service.ts';
import { type IndexerRouteOptions, indexerRoutes } from './indexer-routes.ts';

const REPORTS = '/indexer/api/v1/index_report';
const D = `sha256:${'d'.repeat(64)}`;
const layers = [{ hash: D, uri: 'http://layers.example/1' }];

async function start(options: Partial<IndexerRouteOptions> = {}) {
  const indexer = new MemoryIndexer();
  const routes = indexerRoutes(indexer, {
    maxLayers: 500,
    concurrency: undefined,
    requestSeconds: 60,
    ...options,
  });
  const port = await startApi({ routes });
  const post = (body: unknown, headers: Ask['headers'] = {}) =>
    ask(port, REPORTS, { method: 'POST', headers, body: JSON.stringify(body) });
  return { indexer, port, post };
}

describe('posting a manifest', () => {
  test('is answered by its report, where both reports are, and the state', async () => {
    const { post } = await start();
    const { status, headers, rawHeaders, body } = await post({
      hash: D.toUpperCase().replace('SHA', 'sha'),
      layers,
    });
    expect(status).toBe(201);
    expect(headers).toMatchObject({
      etag: '"state-1"',
      location: `${REPORTS}/${D}`,
      'content-type': 'application/vnd.clair.index_report.v1+json',
      'content-length': String(body.length),
    });
    expect(JSON.parse(body.toString())).toMatchObject({ manifest_hash: D, state: 'IndexFinished' });
    const links = rawHeaders.filter((_each, index) => rawHeaders[index - 1]?.toLowerCase() === 'link');
    expect(links).toEqual([
      `<${REPORTS}/${D}>; rel="https://projectquay.io/clair/v1/index_report"`,
      `</matcher/api/v1/vulnerability_report/${D}>; rel="https://projectquay.io/clair/v1/vulnerability_report"`,
    ]);
  });

  test('is refused when the client has the state, and nothing is indexed', async () => {
    const { indexer, post } = await start();
    const { status, headers, body } = await post(
      { hash: D, layers },
      { 'if-none-match': ['"old"', '"state-1"'] },
    );
    expect({ status, bytes: body.length, etag: headers.etag }).toEqual({
      status: 412,
      bytes: 0,
      etag: undefined,
    });
    expect(headers.link).toContain(D);
    expect(indexer.reports.size).toBe(0);
  });

  test.each(['state-1', 'W/"state-1"', '*', '"old", "state-1"'])(
    'is done for a condition that is none to Clair: %s',
    async (condition) => {
      const { post } = await start();
      expect((await post({ hash: D, layers }, { 'if-none-match': condition })).status).toBe(201);
    },
  );

  test('is refused in ASCII, without links, when it can never work', async () => {
    const { post } = await start();
    const { status, headers, body } = await post({ hash: 'sha256:fröhlich…', layers });
    expect(status).toBe(400);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
    });
    expect(headers.link).toBeUndefined();
    expect(body.every((byte) => byte < 0x7f)).toBe(true);
    expect(JSON.parse(body.toString())).toEqual({
      code: 'bad-request',
      message: expect.stringContaining('fröhlich'),
    });
  });

  test('goes on when the client leaves, and frees its place only then', async () => {
    const { indexer, port, post } = await start({ concurrency: 1 });
    let open: (value?: unknown) => void = () => {};
    indexer.gate = new Promise((resolve) => {
      open = resolve;
    });
    const { request } = await import('node:http');
    const leaving = request({ port, path: REPORTS, method: 'POST' });
    leaving.on('error', () => {});
    leaving.end(JSON.stringify({ hash: D, layers }));
    await sleep(100);
    leaving.destroy();
    const other = `sha256:${'e'.repeat(64)}`;
    const waiting = post({ hash: other, layers });
    await sleep(100);
    expect(indexer.reports.size).toBe(0);
    open();
    expect((await waiting).status).toBe(201);
    expect([...indexer.reports.keys()]).toEqual([D, other]);
  });

  test('that takes too long is answered, and indexed all the same', async () => {
    const { indexer, post } = await start({ requestSeconds: 0.1 });
    indexer.gate = sleep(200);
    const { status, headers, body } = await post({ hash: D, layers });
    expect(status).toBe(503);
    expect(headers['retry-after']).toBe('5');
    expect(JSON.parse(body.toString()).code).toBe('unavailable');
    await indexer.gate;
    await sleep(20);
    expect(indexer.reports.has(D)).toBe(true);
  });

  test('of a thousand layers with signed addresses fits', async () => {
    const { post } = await start({ maxLayers: 1000 });
    const uri = `https://storage.example/blob?signature=${'x'.repeat(2000)}`;
    const headers = { Authorization: [`Bearer ${'t'.repeat(2000)}`] };
    const { status, body } = await post({ hash: D, layers: Array(1000).fill({ hash: D, uri, headers }) });
    expect(status).toBe(201);
    expect(JSON.parse(body.toString()).layers).toBe(1000);
  });
});

describe('an index report', () => {
  test('is found under any path that ends in its digest, in any case', async () => {
    const { port, post } = await start();
    await post({ hash: D, layers });
    for (const path of [
      `/${D}`,
      `/a/b/${D}`,
      `/${D.replace('d', 'D')}`,
      `/sha256%3A${'d'.repeat(64)}`,
      `/${D}/`,
    ]) {
      const { status, headers } = await ask(port, REPORTS + path);
      expect([path, status, headers.etag]).toEqual([path, 200, '"state-1"']);
    }
  });

  test('has checks in the order of Clair', async () => {
    const { port } = await start();
    const get = async (digest: string, headers: Ask['headers'] = {}) =>
      (await ask(port, `${REPORTS}/${digest}`, { headers })).status;
    const has = { 'if-none-match': '"state-1"' };
    expect(await get('md5:1', { accept: 'nonsense' })).toBe(400);
    expect(await get('', has)).toBe(400);
    expect(await get(D, { ...has, accept: 'text/html' })).toBe(415);
    expect(await get(D, { ...has, accept: 'nonsense' })).toBe(400);
    // Nobody knows the image: the condition comes first.
    expect(await get(D, has)).toBe(304);
    expect(await get(D)).toBe(404);
  });

  test('is deleted once or many times', async () => {
    const { port, post } = await start();
    await post({ hash: D, layers });
    const remove = () => ask(port, `${REPORTS}/${D}`, { method: 'DELETE' });
    for (const { status, body, headers } of [await remove(), await remove()]) {
      expect({ status, bytes: body.length }).toEqual({ status: 204, bytes: 0 });
      expect(headers['content-type']).toBeUndefined();
    }
    expect((await ask(port, `${REPORTS}/${D}`)).status).toBe(404);
  });

  test('is deleted with others, and those are named that were there', async () => {
    const { port, post } = await start();
    await post({ hash: D, layers });
    const other = `sha512:${'E'.repeat(128)}`;
    const remove = async (body: string) => ask(port, REPORTS, { method: 'DELETE', body });
    expect(JSON.parse((await remove(JSON.stringify([other, D]))).body.toString())).toEqual([D]);
    expect((await remove(JSON.stringify([other, D]))).body.toString()).toBe('[]');
    expect((await remove('null')).status).toBe(400);
    expect((await remove('')).status).toBe(400);
  });
});

test('the state is the same in both places, and conditional', async () => {
  const { port } = await start();
  const { status, headers, body } = await ask(port, '/indexer/api/v1/index_state');
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('application/vnd.clair.index_state.v1+json');
  expect(headers.etag).toBe(`"${JSON.parse(body.toString()).state}"`);
  const again = await ask(port, '/indexer/api/v1/index_state', {
    headers: { 'if-none-match': headers.etag! },
  });
  expect([again.status, again.headers.etag, again.body.length]).toEqual([304, headers.etag, 0]);
});

test('affected manifests are asked for with and without a slash', async () => {
  const { port } = await start();
  for (const slash of ['', '/']) {
    const path = `/indexer/api/v1/internal/affected_manifest${slash}`;
    const { status, body } = await ask(port, path, { method: 'POST', body: '{"vulnerabilities":[{},{}]}' });
    expect([status, JSON.parse(body.toString()).asked]).toEqual([200, 2]);
    expect((await ask(port, path, { method: 'POST', body: '[]' })).status).toBe(400);
    expect((await ask(port, path)).status).toBe(405);
  }
});
