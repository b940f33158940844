// Delivery to a real HTTP server: what it gets, and which of its answers count.
import { createHmac } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { makeCertificate } from '../../../test/builders/certificates.ts';
import { type LoopbackServer, serveOnLoopback } from '../../../test/builders/loopback-server.ts';
import { signToken } from '../tokens/sign-token.ts';
import type { OutgoingSet } from './delivery-target.ts';
import { type WebhookOptions, WebhookTarget } from './webhook-target.ts';

const ID = '1b4d0db2-e757-4150-bbbb-543658144205';
const KEY = Buffer.from('c2VjcmV0IG9mIHRoZSByZWdpc3RyeQ==', 'base64');

const set: OutgoingSet = {
  id: ID,
  // biome-ignore lint/correctness/useYield: a webhook sends no notifications
  async *messages() {
    throw new Error('a webhook sends no notifications');
  },
};

interface Seen {
  readonly request: IncomingMessage;
  readonly body: string;
}

describe('webhook', () => {
  let server: LoopbackServer;
  const seen: Seen[] = [];
  const signal = new AbortController().signal;

  afterEach(async () => {
    await server.close();
    seen.length = 0;
  });

  async function serve(answer: (response: ServerResponse) => void): Promise<void> {
    const listener: RequestListener = (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => {
        seen.push({ request, body });
        answer(response);
      });
    };
    server = await serveOnLoopback(listener);
  }

  const target = (
    options: Partial<WebhookOptions> = {},
    headers: Record<string, string[]> = {},
    path = '/secscan/notification?tenant=secret',
  ): WebhookTarget =>
    new WebhookTarget(
      {
        kind: 'webhook',
        target: new URL(path, server.url),
        callback: new URL('https://clearstory.example/notifier/api/v1/notification/'),
        headers,
      },
      { userAgent: 'clearstory/test', ...options },
    );

  test('posts exactly what Clair posts, with the configured headers', async () => {
    await serve((response) => response.end('Okay'));
    await target({}, { 'X-Cluster': ['one', 'two'], 'Content-Type': ['text/plain'] }).deliver(set, signal);
    const [{ request, body }] = seen as [Seen];
    expect(request.method).toBe('POST');
    expect(request.url).toBe('/secscan/notification?tenant=secret');
    expect(JSON.parse(body)).toEqual({
      notification_id: ID,
      callback: `https://clearstory.example/notifier/api/v1/notification/${ID}`,
    });
    expect(request.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'clearstory/test',
      'x-cluster': 'one, two',
    });
    expect(request.headers.authorization).toBeUndefined();
  });

  test('signs as Quay verifies it', async () => {
    await serve((response) => response.end());
    const token = () => signToken(KEY, 'clair-notifier', new Date());
    await target({ token }, { Authorization: ['Bearer of-the-file'] }).deliver(set, signal);
    const header = seen[0]?.request.headers.authorization ?? '';
    const [, protectedHeader = '', claims = '', signature = ''] =
      /^Bearer ([^.]+)\.([^.]+)\.([^.]+)$/.exec(header) ?? [];
    const expected = createHmac('sha256', KEY).update(`${protectedHeader}.${claims}`).digest('base64url');
    expect(signature).toBe(expected);
    const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(decode(protectedHeader)).toMatchObject({ alg: 'HS256' });
    const { iss, iat, nbf, exp } = decode(claims);
    const now = Date.now() / 1000;
    expect(iss).toBe('clair-notifier');
    expect(nbf).toBeLessThanOrEqual(now);
    expect(iat).toBeLessThanOrEqual(now);
    expect(exp).toBeGreaterThan(now);
  });

  test.each([201, 202, 204, 400, 404, 500, 503])('HTTP %s is no delivery', async (status) => {
    await serve((response) => response.writeHead(status).end());
    await expect(target().deliver(set, signal)).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringMatching(new RegExp(`^127\\.0\\.0\\.1:\\d+ answered HTTP ${status}`)),
    });
  });

  test('HTTP 401 says that the key is another one', async () => {
    await serve((response) => response.writeHead(401).end());
    await expect(target().deliver(set, signal)).rejects.toThrow(/the same key as auth\.psk/);
  });

  test.each([301, 302, 307, 308])('a redirect by %s is not followed', async (status) => {
    await serve((response) => response.writeHead(status, { location: '/elsewhere' }).end());
    await expect(target().deliver(set, signal)).rejects.toThrow(/redirect, which is not followed/);
    expect(seen).toHaveLength(1);
  });

  test('a server that never answers is given up', async () => {
    await serve(() => undefined);
    await expect(target({ timeoutMs: 200 }).deliver(set, signal)).rejects.toMatchObject({ code: 'SILENT' });
  });

  test('an answer that never ends counts by its status', async () => {
    await serve((response) => {
      const more = () => response.destroyed || response.write('x'.repeat(65_536), more);
      more();
    });
    await target({ timeoutMs: 5_000 }).deliver(set, signal);
  });

  test('a connection that is cut is a failure', async () => {
    await serve((response) => response.socket?.destroy());
    await expect(target().deliver(set, signal)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  test('nobody listens there, and nothing but the host is said', async () => {
    await serve(() => undefined);
    const webhook = target();
    await server.close();
    const failure = await webhook.deliver(set, signal).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'UNREACHABLE' });
    expect((failure as Error).message).toMatch(
      /^127\.0\.0\.1:\d+ cannot be reached: it refuses the connection/,
    );
    expect((failure as Error).message).not.toContain('tenant');
  });

  test('being stopped ends it at once', async () => {
    const stopping = new AbortController();
    await serve(() => stopping.abort(new Error('stopping')));
    await expect(target().deliver(set, stopping.signal)).rejects.toThrow('stopping');
  });

  test('over TLS, with the authority that is named', async () => {
    const certificate = makeCertificate();
    server = await serveOnLoopback(
      (request, response) => request.resume().on('end', () => response.end()),
      certificate,
    );
    await target({ ca: certificate.ca }).deliver(set, signal);
    await expect(target().deliver(set, signal)).rejects.toThrow(/an authority that is not trusted/);
  });
});
