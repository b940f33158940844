// The introspection listener: whether the service lives, whether it is ready, and what it counts.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { register } from 'prom-client';
import { httpServer } from './http-server.ts';

export interface IntrospectionOptions {
  /** `undefined`: metrics are not for Prometheus. */
  readonly metricsPath: string | undefined;
  readonly isReady: () => boolean;
}

/** Nobody asks more of it than a path. */
const LIMITS = { maxHeaderBytes: 16 * 1024, tls: undefined };

/** Never behind a token. Not listening yet. */
export function introspectionServer(options: IntrospectionOptions): Server {
  return httpServer(LIMITS, (request, response) => {
    // Nothing here is worth a log line: probes come every few seconds.
    answer(request, response, options).catch(() => response.destroy());
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { metricsPath, isReady }: IntrospectionOptions,
): Promise<void> {
  const [path] = (request.url ?? '').split('?');
  if (path === '/healthz') {
    send(response, 200, 'ok', { 'x-content-type-options': 'nosniff' });
  } else if (path === '/readyz') {
    const status = isReady() ? 200 : 503;
    send(response, request.method === 'GET' ? status : 405, '', { 'cache-control': 'no-store' });
  } else if (path === metricsPath) {
    const text = await register.metrics();
    send(response, 200, text, { 'content-type': register.contentType });
  } else {
    send(response, 404, '404 page not found\n', { 'x-content-type-options': 'nosniff' });
  }
}

function send(response: ServerResponse, status: number, text: string, headers: Record<string, string>): void {
  response.writeHead(status, {
    ...(text !== '' && { 'content-type': 'text/plain; charset=utf-8' }),
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}
