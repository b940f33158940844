// Spans arrive at real servers that speak the OpenTelemetry protocol, with what they should and without what they must not.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import {
  createServer as createHttp2Server,
  createSecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeCertificate, type ServerCertificate } from '../../../test/builders/certificates.ts';
import { configurationOf } from '../../../test/builders/configuration-files.ts';
import { isInstalled } from '../../../test/builders/installed.ts';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import { createLogger } from '../../base/log.ts';
import { StoreError } from '../../store/store-error.ts';
import { inSpan, traceHeaders } from './in-span.ts';
import { startTracing } from './start-tracing.ts';

interface ReceivedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: unknown }[];
  status: { code?: number; message?: string };
}

interface Received {
  path: string;
  headers: IncomingMessage['headers'];
  resource: Record<string, unknown>;
  spans: ReceivedSpan[];
}

/** Receives OTLP/HTTP in its JSON encoding. */
async function collector(): Promise<{ endpoint: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request, answer) => {
    const body = await buffer(request);
    const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    const [first] = (JSON.parse(text.toString()) as OtlpDocument).resourceSpans;
    received.push({
      path: request.url ?? '',
      headers: request.headers,
      resource: Object.fromEntries(
        first!.resource.attributes.map(({ key, value }) => [key, value.stringValue]),
      ),
      spans: first!.scopeSpans.flatMap(({ spans }) => spans),
    });
    answer.setHeader('content-type', 'application/json').end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return { endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

interface OtlpDocument {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue: string } }[] };
    scopeSpans: { spans: ReceivedSpan[] }[];
  }[];
}

/** Starts tracing as configured; what it returns ends it. */
async function started(configured: string): Promise<() => Promise<void>> {
  const { trace: settings } = await configurationOf(`trace: ${configured}`);
  const stop = await startTracing(settings, '1.2.3', createLogger('silent'));
  onTestFinished(stop);
  return stop;
}

/** Runs work as a part of what the caller says it is. */
function called<T>(
  headers: Readonly<Record<string, string | undefined>>,
  work: () => Promise<T>,
): Promise<T> {
  return context.with(propagation.extract(ROOT_CONTEXT, headers), work);
}

const CALLER = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };

describe('OTLP over HTTP', () => {
  test('spans arrive with their parents, attributes and failures', async () => {
    const { endpoint, received } = await collector();
    const stop = await started(
      `{ name: otlp, otlp: { http: { endpoint: "${endpoint}", insecure: true, compression: gzip, headers: { x-key: abc } } } }`,
    );
    await inSpan('outer', { layers: 3 }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const failing = inSpan('inner', {}, async () => {
        throw new StoreError('UNAVAILABLE', 'the database cannot be reached');
      });
      await expect(failing).rejects.toThrow('cannot be reached');
      const other = inSpan('other', {}, async () => {
        throw new Error('https://storage/blob?signature=secret');
      });
      await expect(other).rejects.toThrow();
    });
    await stop();

    const [{ path, headers, resource, spans }] = received as [Received];
    expect(path).toBe('/v1/traces');
    expect(headers).toMatchObject({ 'x-key': 'abc', 'content-encoding': 'gzip' });
    expect(resource).toMatchObject({ 'service.name': 'clearstory', 'service.version': '1.2.3' });
    const named = (name: string) => spans.find((span) => span.name === name)!;
    expect(named('inner').traceId).toBe(named('outer').traceId);
    expect(named('inner').parentSpanId).toBe(named('outer').spanId);
    expect(named('outer').attributes).toEqual([{ key: 'layers', value: { intValue: 3 } }]);
    expect(named('inner').status).toEqual({ code: 2, message: 'the database cannot be reached' });
    expect(named('inner').attributes).toEqual([{ key: 'error.type', value: { stringValue: 'UNAVAILABLE' } }]);
    expect(JSON.stringify(spans)).not.toContain('secret');
  });

  test('a request joins the trace of its caller, and what it calls joins ours', async () => {
    const { endpoint, received } = await collector();
    // A caller that traces has decided for us as well.
    const stop = await started(
      `{ name: otlp, probability: 0.000001, otlp: { http: { endpoint: "http://${endpoint}/", url_path: /in } } }`,
    );
    const sent = await called(CALLER, () => inSpan('request', {}, async () => traceHeaders()));
    const unsampled = { traceparent: CALLER.traceparent.replace(/01$/, '00') };
    await called(unsampled, () => inSpan('unsampled', {}, async () => 0));
    await stop();
    const [{ path, spans }] = received as [Received];
    expect(path).toBe('/in');
    expect(spans.map(({ name }) => name)).toEqual(['request']);
    expect(spans[0]).toMatchObject({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentSpanId: 'b7ad6b7169203331',
    });
    expect(sent.traceparent).toBe(`00-${spans[0]!.traceId}-${spans[0]!.spanId}-01`);
  });

  test.each([
    undefined,
    '',
    'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    '00-00000000000000000000000000000000-b7ad6b7169203331-01',
    '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
    '00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01',
    '00-short',
  ])('of a caller that says %j nothing is believed', async (traceparent) => {
    const { endpoint, received } = await collector();
    const stop = await started(`{ name: otlp, otlp: { http: { endpoint: "${endpoint}", insecure: true } } }`);
    await called({ traceparent }, () => inSpan('request', {}, async () => 0));
    await stop();
    expect(received[0]!.spans[0]!.parentSpanId).toBeUndefined();
  });

  test('a collector that is not there, or never answers, keeps nobody', async () => {
    const silent = createServer(() => undefined);
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => silent.closeAllConnections());
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as AddressInfo;
    for (const endpoint of ['127.0.0.1:1', `127.0.0.1:${port}`]) {
      const stop = await started(
        `{ name: otlp, otlp: { http: { endpoint: "${endpoint}", insecure: true } } }`,
      );
      expect(await inSpan('work', {}, async () => 42)).toBe(42);
      const before = performance.now();
      await stop();
      expect(performance.now() - before).toBeLessThan(4_000);
    }
  });
});

describe('OTLP over gRPC', () => {
  interface Call {
    path: string;
    key: unknown;
    body: Buffer;
  }

  /** Answers every call with success; with a certificate by TLS. */
  async function grpcCollector(certificate?: ServerCertificate): Promise<{ port: number; calls: Call[] }> {
    const calls: Call[] = [];
    const server = certificate
      ? createSecureServer({ cert: certificate.certificate, key: certificate.key })
      : createHttp2Server();
    server.on('stream', async (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      calls.push({ path: String(headers[':path']), key: headers['x-key'], body: await buffer(stream) });
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      // An empty message, uncompressed.
      stream.end(Buffer.alloc(5));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void server.close());
    return { port: (server.address() as AddressInfo).port, calls };
  }

  test('the span and the headers arrive', async () => {
    const { port, calls } = await grpcCollector();
    const stop = await started(
      `{ name: otlp, otlp: { grpc: { endpoint: "127.0.0.1:${port}", insecure: true, headers: { x-key: "a,b c" } } } }`,
    );
    await inSpan('work-for-grpc', {}, async () => 0);
    await stop();
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({
      path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
      key: 'a,b c',
    });
    expect(calls[0]!.body.includes('work-for-grpc')).toBe(true);
    expect(process.env.OTEL_EXPORTER_OTLP_TRACES_HEADERS).toBeUndefined();
  });

  test.skipIf(!isInstalled('openssl'))('of a private authority, by TLS', async () => {
    const certificate = makeCertificate();
    const file = join(temporaryDirectory(), 'ca.pem');
    writeFileSync(file, certificate.ca);
    const { port, calls } = await grpcCollector(certificate);
    const stop = await started(
      `{ name: otlp, otlp: { grpc: { endpoint: "localhost:${port}", client_tls: { root_ca: ${file} } } } }`,
    );
    await inSpan('work', {}, async () => 0);
    await stop();
    delete process.env.OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE;
    expect(calls).toHaveLength(1);
  });
});

/** Runs in a process of its own, since globals and loaded modules are looked at. */
function printedBy(exporter: string, work: string): string {
  const script = `
    const { inSpan, traceHeaders } = await import('${join(import.meta.dirname, 'in-span.ts')}');
    const { startTracing } = await import('${join(import.meta.dirname, 'start-tracing.ts')}');
    const { createRequire } = await import('node:module');
    const stop = await startTracing({ exporter: ${exporter}, probability: 1 }, '1.2.3');
    await inSpan('seen', {}, async () => { ${work} });
    await stop();
    const modules = Object.keys(createRequire('${import.meta.filename}').cache);
    console.log('SDK', modules.some((path) => /opentelemetry.sdk/.test(path)));`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', script];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout;
}

test('without an exporter work is done all the same, and the SDK is not loaded', () => {
  const printed = printedBy('undefined', 'console.log(traceHeaders())');
  expect(printed).toBe('{}\nSDK false\n');
});

test('stdout gets spans as they end', () => {
  const printed = printedBy('{ kind: "stdout" }', '');
  expect(printed).toContain("name: 'seen'");
  expect(printed).toContain('SDK true');
});

test('certificates that cannot be read are told before the start', async () => {
  for (const protocol of ['http', 'grpc']) {
    const trace = `{ name: otlp, otlp: { ${protocol}: { client_tls: { root_ca: /nowhere/ca.pem } } } }`;
    await expect(started(trace)).rejects.toThrow(/\/nowhere\/ca\.pem cannot be read: ENOENT/);
  }
});
