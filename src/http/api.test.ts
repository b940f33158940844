import { METHODS } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { register } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { ask, recordingLog, startApi, talk } from '../../test/builders/api-server.ts';
import { ServiceError } from '../service/service-error.ts';
import { StoreError } from '../store/store-error.ts';
import { textBody } from './answer.ts';
import { discoveryRoutes } from './discovery-routes.ts';
import type { Endpoint, Route } from './route.ts';

const route = (endpoint: Endpoint, methods = ['GET', 'POST']): Route => ({
  group: 'discovery',
  name: '/thing/:id',
  paths: ['/thing/*'],
  methods: Object.fromEntries(methods.map((method) => [method, endpoint])),
});

const echo = route(async ({ readBody }) => ({ status: 200, body: textBody((await readBody()).toString()) }));
const failing = (error: unknown) => route(() => Promise.reject(error));

describe('without a token', () => {
  const asked: (string | undefined)[] = [];
  const start = () =>
    startApi({
      routes: [echo, ...discoveryRoutes([], '1', true)],
      authorize: async (header) => {
        asked.push(header);
        return header === 'Bearer good';
      },
    });

  test('nothing can be had and nothing learned, whatever the path', async () => {
    const port = await start();
    for (const path of [
      '/thing/1',
      '/',
      '/unknown',
      '/openapi/v1',
      '/%zz',
      '/robots.txt/',
      '//robots.txt',
      '*',
    ]) {
      const { status, body, headers } = await ask(port, path, { headers: { authorization: 'Bearer bad' } });
      expect([path, status, body.length, headers['www-authenticate']]).toEqual([path, 401, 0, undefined]);
    }
    for (const method of METHODS.filter((each) => each !== 'CONNECT')) {
      expect([method, (await ask(port, '/thing/1', { method })).status]).toEqual([method, 401]);
    }
    expect((await ask(port, '/thing/1', { headers: { authorization: 'Bearer good' } })).status).toBe(200);
  });

  test('robots.txt can', async () => {
    const { status, headers, body } = await ask(await start(), '/robots.txt?x');
    expect([status, headers['cache-control'], body.toString()]).toEqual([
      200,
      'no-store',
      'User-agent: *\nDisallow: /\n',
    ]);
  });

  test('a body is not read, and the client still sees the answer', async () => {
    const port = await start();
    // More than the buffers of both ends hold.
    const { status } = await ask(port, '/thing/1', { method: 'POST', body: Buffer.alloc(3 * 1024 * 1024) });
    expect(status).toBe(401);
  });
});

describe('a path', () => {
  test('that is not there is 404, a method that is not there is 405 without Allow', async () => {
    const port = await startApi({ routes: [echo] });
    expect(JSON.parse((await ask(port, '/other')).body.toString()).code).toBe('not-found');
    for (const method of ['PUT', 'OPTIONS', 'PROPFIND', 'DELETE']) {
      const { status, headers, body } = await ask(port, '/thing/1', { method });
      expect([status, headers.allow]).toEqual([405, undefined]);
      expect(JSON.parse(body.toString()).code).toBe('method-not-allowed');
    }
    const head = await ask(port, '/thing/1', { method: 'HEAD' });
    expect([head.status, head.body.length]).toEqual([405, 0]);
  });

  test('that cannot be decoded is refused', async () => {
    expect((await ask(await startApi({ routes: [echo] }), '/thing/%ff')).status).toBe(400);
  });
});

describe('a body', () => {
  test.each(['application/json', 'text/plain; charset=x', 'nonsense', 'a/b;;;', undefined])(
    'is read whatever its type: %s',
    async (type) => {
      const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
      const { body } = await ask(await startApi({ routes: [echo] }), '/thing/1', {
        method: 'POST',
        headers,
        body: 'täxt',
      });
      expect(body.toString()).toBe('täxt');
    },
  );

  test('over the limit is refused, announced or not, and the client sees why', async () => {
    const port = await startApi({ routes: [echo], maxBodyBytes: 1000 });
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      const { status, body } = await ask(port, '/thing/1', {
        method: 'POST',
        headers,
        body: Buffer.alloc(2 * 1024 * 1024, 'x'),
      });
      expect([status, JSON.parse(body.toString()).code]).toEqual([413, 'too-large']);
    }
    expect((await ask(port, '/thing/1', { method: 'POST', body: 'x'.repeat(1000) })).status).toBe(200);
  });

  test('without end does not hold a connection for ever', async () => {
    const port = await startApi({ routes: [echo], maxBodyBytes: 1000 });
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('POST /thing/1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    const started = Date.now();
    const flood = setInterval(() => socket.write(`400\r\n${'x'.repeat(1024)}\r\n`), 5);
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(flood);
    expect(Date.now() - started).toBeLessThan(5000);
  });
});

describe('failures', () => {
  test.each([
    [new ServiceError('BAD_REQUEST', 'a'), 400, 'bad-request', undefined],
    [new ServiceError('NOT_FOUND', 'a'), 404, 'not-found', undefined],
    [new ServiceError('TOO_LARGE', 'a'), 413, 'too-large', undefined],
    [new ServiceError('INTERNAL', 'a'), 500, 'internal-error', undefined],
    [new ServiceError('UPSTREAM_UNAVAILABLE', 'a'), 502, 'upstream-unavailable', '5'],
    [new ServiceError('UNAVAILABLE', 'a'), 503, 'unavailable', '5'],
    [new StoreError('UNAVAILABLE', 'postgres://user:secret@host is down'), 503, 'unavailable', '5'],
    [new StoreError('FAILED', 'secret'), 500, 'internal-error', undefined],
    [new TypeError('secret is undefined'), 500, 'internal-error', undefined],
  ])('%s is told as %i', async (error, status, code, retryAfter) => {
    const reply = await ask(await startApi({ routes: [failing(error)] }), '/thing/1');
    expect([reply.status, JSON.parse(reply.body.toString()).code]).toEqual([status, code]);
    expect(reply.headers['retry-after']).toBe(retryAfter);
    expect(reply.headers['x-content-type-options']).toBe('nosniff');
    expect(reply.body.toString()).not.toContain('secret');
  });

  test('that nobody foresaw are in the log with their cause', async () => {
    const lines: Record<string, unknown>[] = [];
    const error = new TypeError('oops');
    await ask(await startApi({ routes: [failing(error)], log: recordingLog(lines) }), '/thing/1');
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', err: error }));
  });
});

describe('each request', () => {
  test('has one line in the log, with what is needed and without secrets', async () => {
    const lines: Record<string, unknown>[] = [];
    const log = recordingLog(lines);
    const about = route(async ({ isAbout }) => {
      isAbout('sha256:1');
      return { status: 200, body: textBody('four') };
    });
    const port = await startApi({ routes: [about], log });
    await ask(port, '/thing/1?token=secret', { headers: { authorization: 'Bearer secret' } });
    await sleep(20);
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'request',
        method: 'GET',
        route: '/thing/:id',
        digest: 'sha256:1',
        status: 200,
        ms: expect.any(Number),
        bytes: 4,
      },
    ]);
  });

  test('has an id: its own if it is sane', async () => {
    const port = await startApi({ routes: [echo] });
    const idFor = async (id: string) =>
      (await ask(port, '/thing/1', { headers: { 'x-request-id': id } })).headers['x-request-id'];
    expect(await idFor('quay-7f.3')).toBe('quay-7f.3');
    expect(await idFor('forged" status=200')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await idFor('x'.repeat(129))).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('is counted, under one name for methods that nobody knows', async () => {
    const port = await startApi({ routes: [echo] });
    await ask(port, '/thing/1');
    await ask(port, '/thing/2', { method: 'PURGE' });
    await sleep(20);
    const text = await register.metrics();
    expect(text).toMatch(
      /clair_http_discovery_request_total\{handler="\/thing\/:id",code="200",method="get"\} \d/,
    );
    expect(text).toMatch(/request_total\{handler="\/thing\/:id",code="405",method="unknown"\} \d/);
    expect(text).toContain('clair_http_discovery_in_flight_requests{handler="/thing/:id"} 0');
    expect(text).toMatch(/clair_http_discovery_request_duration_seconds_bucket\{le="300",/);
  });

  test('from a client that left is logged as 499', async () => {
    const lines: Record<string, unknown>[] = [];
    const slow = route(async () => {
      await sleep(200);
      return { status: 200 };
    });
    const port = await startApi({ routes: [slow], log: recordingLog(lines) });
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /thing/1 HTTP/1.1\r\nHost: x\r\n\r\n'));
    await sleep(100);
    socket.destroy();
    await sleep(200);
    expect(lines).toEqual([expect.objectContaining({ status: 499, message: 'request' })]);
  });
});

describe('encodings', () => {
  test('none of which can be had are refused without a body, before anything is done', async () => {
    let calls = 0;
    const counting = route(async () => {
      calls++;
      return { status: 200 };
    });
    const reply = await ask(await startApi({ routes: [counting] }), '/thing/1', {
      headers: { 'accept-encoding': 'br, identity;q=0' },
    });
    expect([reply.status, reply.body.length, calls]).toEqual([415, 0, 0]);
    expect(reply.headers['accept-encoding']).toContain('gzip, ');
  });
});

describe('what is no HTTP', () => {
  test.each([
    ['garbage', '\x16\x03\x01\x02\x00\r\n\r\n', 'HTTP/1.1 400 '],
    [
      'a head over the limit',
      `GET /thing/1 HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`,
      'HTTP/1.1 431 ',
    ],
    [
      'two lengths',
      'POST /thing/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      'HTTP/1.1 400 ',
    ],
    [
      'a length and chunks',
      'POST /thing/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'HTTP/1.1 400 ',
    ],
  ])('is refused: %s', async (_what, bytes, start) => {
    const answer = await talk(await startApi({ routes: [echo] }), bytes);
    expect(answer.slice(0, start.length)).toBe(start);
  });
});

describe('who sends slowly', () => {
  const server = {
    maxHeaderBytes: 16_384,
    tls: undefined,
    timeouts: { head: 300, request: 600, check: 50 },
  };

  test.each([
    ['nothing', ''],
    ['half a head', 'GET /thing/1 HTTP/1.1\r\nHost: x\r\n'],
    ['half a body', 'POST /thing/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf'],
  ])('is let go of: %s', async (_what, bytes) => {
    const started = Date.now();
    await talk(await startApi({ routes: [echo], server }), bytes);
    expect(Date.now() - started).toBeLessThan(2000);
  });

  test('may wait long for the answer', async () => {
    const slow = route(async () => {
      await sleep(1500);
      return { status: 200 };
    });
    expect((await ask(await startApi({ routes: [slow], server }), '/thing/1')).status).toBe(200);
  });
});
