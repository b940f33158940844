// Traces of `clearstory serve`, as a collector gets them.
import type { IncomingMessage } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ask } from '../builders/api-server.ts';
import { serveOnLoopback } from '../builders/loopback-server.ts';
import { temporaryDirectory } from '../builders/temporary-directory.ts';
import { servedFrom } from './run-service.ts';

// Each test starts services, of which each loads a database.
vi.setConfig({ testTimeout: 180_000 });

interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function collector(): Promise<{ host: string; received: Received[] }> {
  const received: Received[] = [];
  const server = await serveOnLoopback(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    received.push({ path: request.url ?? '', headers: request.headers, body });
    response.setHeader('content-type', 'application/json').end('{}');
  });
  onTestFinished(() => server.close());
  return { host: server.host, received };
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';

test('a request is a span of the trace that it came with, and the last spans are sent at the end', async () => {
  const { host, received } = await collector();
  const otlp = { http: { endpoint: host, insecure: true, headers: { 'x-team': 'a b' } } };
  const service = await servedFrom(temporaryDirectory(), { trace: { name: 'otlp', otlp } });
  const headers = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` };
  await ask(service.port, '/openapi/v1', { headers });
  expect(await service.end()).toBe(0);
  expect(received.map(({ path }) => path)).toEqual(['/v1/traces']);
  expect(received[0]?.headers['x-team']).toBe('a b');
  const { resourceSpans } = JSON.parse(received[0]?.body ?? '{}');
  const [span] = resourceSpans[0].scopeSpans[0].spans;
  expect(span).toMatchObject({
    name: 'GET /openapi/v1',
    traceId: TRACE,
    parentSpanId: 'b7ad6b7169203331',
    attributes: expect.arrayContaining([
      { key: 'http.route', value: { stringValue: '/openapi/v1' } },
      { key: 'http.response.status_code', value: { intValue: 200 } },
    ]),
  });
});

test('a caller that does not trace is not traced, and a share of the others', async () => {
  const { host, received } = await collector();
  const otlp = { http: { endpoint: `http://${host}`, url_path: '/otlp' } };
  const service = await servedFrom(temporaryDirectory(), {
    trace: { name: 'otlp', probability: 0, otlp },
  });
  await ask(service.port, '/openapi/v1', { headers: { traceparent: `00-${TRACE}-b7ad6b7169203331-00` } });
  await ask(service.port, '/openapi/v1');
  await ask(service.port, '/openapi/v1', {
    headers: { traceparent: `00-${'1'.repeat(32)}-b7ad6b7169203331-01` },
  });
  await service.end();
  expect(received.map(({ path }) => path)).toEqual(['/otlp']);
  expect(received[0]?.body).toContain('1'.repeat(32));
  expect(received[0]?.body).not.toContain(TRACE);
});

test('a collector that is away changes nothing but a line in the log', async () => {
  const otlp = { grpc: { endpoint: '127.0.0.1:1', insecure: true, timeout: '1s' } };
  const service = await servedFrom(temporaryDirectory(), { trace: { name: 'otlp', otlp } });
  expect((await ask(service.port, '/openapi/v1')).status).toBe(200);
  expect(await service.end()).toBe(0);
  expect(
    service.lines.some(
      ({ msg }) => msg === 'spans cannot be sent' || msg === 'the last spans could not be sent',
    ),
  ).toBe(true);
});
