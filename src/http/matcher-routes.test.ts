import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ask, startApi } from '../../test/builders/api-server.ts';
import { memoryMatcher, memoryNotifier } from '../../test/builders/memory-service.ts';
import { matcherRoutes } from './matcher-routes.ts';
import { notifierRoutes } from './notifier-routes.ts';

const REPORT = '/matcher/api/v1/vulnerability_report';
const OPERATION = '/matcher/api/v1/internal/update_operation';
const DIFF = '/matcher/api/v1/internal/update_diff';
const NOTIFICATION = '/notifier/api/v1/notification';
const KNOWN = `sha256:${'1'.repeat(64)}`;
const UNKNOWN = `sha256:${'0'.repeat(64)}`;
const ID = '1c1f6a0e-7d4c-4a1e-9a50-3f3c5d2b7a11';
const NIL = '00000000-0000-0000-0000-000000000000';
const report = JSON.stringify({ vulnerabilities: 'x'.repeat(5000) });

const start = (maxAge?: number) =>
  startApi({
    routes: [
      ...matcherRoutes(memoryMatcher(report, maxAge), { cacheAge: 21_600 }),
      ...notifierRoutes(memoryNotifier),
    ],
  });

describe('a vulnerability report', () => {
  test('may be kept for the configured time, by those that keep encodings apart', async () => {
    const port = await start();
    const { status, headers, body } = await ask(port, `${REPORT}/${KNOWN}`);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'cache-control': 'max-age=21600', vary: 'Accept-Encoding' });
    expect(headers.etag).toBeUndefined();
    expect(headers['content-type']).toBe('application/vnd.clair.vulnerability_report.v1+json');
    expect(body.toString()).toBe(report);
  });

  test('says how long it is true where a Clair behind us knows', async () => {
    expect((await ask(await start(77), `${REPORT}/${KNOWN}`)).headers['cache-control']).toBe('max-age=77');
  });

  test('is compressed for Quay', async () => {
    const { headers, body } = await ask(await start(), `${REPORT}/${KNOWN}`, {
      headers: { 'accept-encoding': 'gzip, deflate' },
    });
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', 'content-length': String(body.length) });
    expect(gunzipSync(body).toString()).toBe(report);
  });

  test('that is not there is "queued" to Quay; what is no digest is refused', async () => {
    const port = await start();
    const { status, headers, body } = await ask(port, `${REPORT}/${UNKNOWN}`);
    expect([status, JSON.parse(body.toString()).code]).toEqual([404, 'not-found']);
    expect(headers['cache-control']).toBeUndefined();
    for (const path of [`${REPORT}/x`, `${REPORT}/`, REPORT])
      expect((await ask(port, path)).status).toBe(400);
    expect((await ask(port, `${REPORT}/${KNOWN}`, { method: 'POST' })).status).toBe(405);
  });
});

describe('update operations', () => {
  test.each([
    ['', { kind: 'vulnerability', latest: false }],
    ['?kind=&latest=true', { kind: 'vulnerability', latest: true }],
    ['?kind=enrichment&latest=T', { kind: 'enrichment', latest: true }],
    ['?latest=yes', { kind: 'vulnerability', latest: false }],
  ])('are asked for by %j', async (query, asked) => {
    const { status, headers, body } = await ask(await start(), OPERATION + query);
    expect([status, headers.etag, JSON.parse(body.toString())]).toEqual([200, `"${asked.kind}"`, asked]);
  });

  test('are conditional, of known kinds, and deleted by uuid', async () => {
    const port = await start();
    const has = { headers: { 'if-none-match': '"vulnerability"' } };
    expect((await ask(port, OPERATION, has)).status).toBe(304);
    expect((await ask(port, `${OPERATION}?kind=other`)).status).toBe(400);
    expect((await ask(port, `${OPERATION}/${ID}`, { method: 'DELETE' })).status).toBe(200);
    expect((await ask(port, `${OPERATION}/7`, { method: 'DELETE' })).status).toBe(400);
    expect((await ask(port, `${OPERATION}/${ID}`)).status).toBe(405);
  });

  test('are compared, the first with nothing', async () => {
    const port = await start();
    const json = async (query: string) => JSON.parse((await ask(port, DIFF + query)).body.toString());
    expect(await json(`?cur=${ID}`)).toEqual({ cur: ID });
    expect(await json(`?cur=${ID}&prev=${NIL}`)).toEqual({ cur: ID });
    expect(await json(`?cur=${ID.toUpperCase()}&prev=${ID}`)).toEqual({ cur: ID, prev: ID });
    for (const query of ['', `?prev=${ID}`, `?cur=${NIL}`, '?cur=x', `?cur=${ID}&prev=x`]) {
      expect([query, (await ask(port, DIFF + query)).status]).toEqual([query, 400]);
    }
  });
});

describe('notifications', () => {
  test.each([
    ['', { size: 500 }],
    ['?page_size=0', { size: 500 }],
    ['?page_size=3', { size: 3 }],
    ['?page_size=99999999999', { size: 10_000 }],
    [`?next=${ID}`, { size: 500, next: ID }],
    [`?next=${NIL}`, { size: 500 }],
  ])('come in pages by %j', async (query, page) => {
    const { status, headers, body } = await ask(await start(), `${NOTIFICATION}/${ID}${query}`);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/vnd.clair.notification_page.v1+json');
    expect(JSON.parse(body.toString()).page).toEqual(page);
  });

  test('that nobody knows are empty, and deleting them is no failure', async () => {
    const port = await start();
    const unknown = `0${ID.slice(1)}`;
    const { status, body } = await ask(port, `${NOTIFICATION}/${unknown}`);
    expect([status, JSON.parse(body.toString())]).toEqual([200, { page: { size: 500 }, notifications: [] }]);
    const deleted = await ask(port, `${NOTIFICATION}/${unknown}`, { method: 'DELETE' });
    expect([deleted.status, deleted.body.length]).toEqual([200, 0]);
  });

  test('are refused what makes no sense', async () => {
    const port = await start();
    for (const path of ['', '/', '/7', `/${ID}?page_size=-1`, `/${ID}?page_size=x`, `/${ID}?next=x`]) {
      expect([path, (await ask(port, NOTIFICATION + path)).status]).toEqual([path, 400]);
    }
    expect((await ask(port, `${NOTIFICATION}/${ID}`, { headers: { accept: 'text/html' } })).status).toBe(415);
  });
});
