import type { Server } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ask } from '../../test/builders/api-server.ts';
import { beginClosing } from './close-server.ts';
import { introspectionServer } from './introspection.ts';
import { listen } from './listen.ts';
import { exposeProcessMetrics } from './process-metrics.ts';

async function start(isReady: () => boolean, metricsPath?: string): Promise<number> {
  const server = introspectionServer({ isReady, metricsPath });
  onTestFinished(async () => {
    await beginClosing(server)(0);
  });
  return listen(server, { host: '127.0.0.1', port: 0 }, 'test');
}

describe('introspection', () => {
  test('says that the service lives, and when it is ready', async () => {
    let ready = false;
    const port = await start(() => ready);
    const { status, headers, body } = await ask(port, '/healthz', { method: 'POST' });
    expect([status, headers['content-type'], body.toString()]).toEqual([
      200,
      'text/plain; charset=utf-8',
      'ok',
    ]);
    expect((await ask(port, '/readyz')).status).toBe(503);
    ready = true;
    const after = await ask(port, '/readyz?verbose');
    expect([after.status, after.headers['content-length'], after.headers['cache-control']]).toEqual([
      200,
      '0',
      'no-store',
    ]);
    expect((await ask(port, '/readyz', { method: 'POST' })).status).toBe(405);
    expect((await ask(port, '/debug/pprof/')).status).toBe(404);
  });

  test('shows metrics where they are configured to be', async () => {
    exposeProcessMetrics('9.9.9');
    const port = await start(() => true, '/numbers');
    const { status, headers, body } = await ask(port, '/numbers');
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('text/plain; version=0.0.4');
    expect(body.toString()).toMatch(/^clair_cmd_version_info\{.*version="9\.9\.9"\} 1$/m);
    expect(body.toString()).toMatch(/^nodejs_eventloop_lag_seconds \d/m);
    expect((await ask(await start(() => true), '/metrics')).status).toBe(404);
  });
});

describe('an address', () => {
  test('that is in use is told in a sentence, with the key that names it', async () => {
    const port = await start(() => true);
    const server: Server = introspectionServer({ isReady: () => true, metricsPath: undefined });
    await expect(listen(server, { host: '127.0.0.1', port }, 'http_listen_addr')).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port} (http_listen_addr): another program listens there`,
    );
    await expect(listen(server, { host: '192.0.2.1', port: 0 }, 'x')).rejects.toThrow(
      'is none of this machine',
    );
  });
});
