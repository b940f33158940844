// Plays a Clair v4 with indexer, matcher and notifier, as its HTTP API behaves, and its failures.
import { createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerCertificate } from './certificates.ts';
import { linuxIndexReport, linuxVulnerabilityReport, type PostedManifest } from './linux-reports.ts';
import { type LoopbackServer, type SeenRequest, serveOnLoopback } from './loopback-server.ts';

export interface UpstreamClairOptions {
  /** Require tokens: base64 of the key, and the issuers that are accepted. */
  psk?: { key: string; iss: string[] };
  tls?: ServerCertificate;
  /** Serve below this path instead of at the root: `/security`. */
  prefix?: string;
  /** Download the layers of what is posted, with the headers that were posted, and fail like a Clair. Default false. */
  fetchLayers?: boolean;
}

/** What goes wrong with a request. */
export type UpstreamFault =
  /** An answer instead of the right one. */
  | { kind: 'answer'; status: number; body?: string; headers?: Record<string, string> }
  /** The right answer, late. */
  | { kind: 'slow'; ms: number }
  /** No answer at all; the connection stays open. */
  | { kind: 'silent' }
  /** The connection is cut, after some bytes of an answer or before any. */
  | { kind: 'cut'; afterBytes?: number };

export interface UpstreamRequestSeen extends SeenRequest {
  body: string;
  /** Of the socket: tells connections apart. */
  port: number;
}

export interface UpstreamServer extends LoopbackServer {
  /** In the order of their arrival. */
  requests: readonly UpstreamRequestSeen[];
  /** Answered in turn; one for a Clair that is not being upgraded. */
  states: string[];
  /** Indexed manifests by digest; put some in for a Clair that has been there for long. */
  manifests: Map<string, PostedManifest>;
  /** By id. */
  notifications: Map<string, unknown[]>;
  /** `false`: no vulnerabilities were loaded yet, reports are answered by 202. */
  isReady: boolean;
  /** Decides for each request, by method and path without prefix; `undefined` lets it through. */
  fault: ((method: string, path: string) => UpstreamFault | undefined) | undefined;
  /** Requests being answered. */
  readonly active: number;
}

/** Also a clock skew of 15 s is accepted. */
const LEEWAY_SECONDS = 15;

export async function startUpstreamClair(options: UpstreamClairOptions = {}): Promise<UpstreamServer> {
  const requests: UpstreamRequestSeen[] = [];
  let active = 0;
  let statesAnswered = 0;

  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request;
    const body = await text(request).catch(() => '');
    requests.push({ method, path: url, headers, body, port: request.socket.remotePort ?? 0 });
    if (options.prefix && !url.startsWith(`${options.prefix}/`))
      return plain(response, 404, '404 page not found');
    const path = url.slice(options.prefix?.length ?? 0);
    if (options.psk && !isSigned(headers.authorization, options.psk)) return empty(response, 401);
    const fault = server.fault?.(method, path);
    if (fault && (await commit(fault, response)) === 'done') return;
    await answer(method, new URL(path, 'http://clair'), body, response);
  };

  const answer = async (method: string, url: URL, body: string, response: ServerResponse): Promise<void> => {
    const last = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
    const route = `${method} ${url.pathname}`;
    if (route === 'GET /indexer/api/v1/index_state') {
      const state = server.states[statesAnswered++ % server.states.length]!;
      return json(response, 200, { state }, { etag: `"${state}"` });
    }
    if (route === 'POST /indexer/api/v1/index_report') return await index(body, response);
    if (route === 'DELETE /indexer/api/v1/index_report') {
      const deleted = (JSON.parse(body) as string[]).filter((digest) => server.manifests.delete(digest));
      return json(response, 200, deleted.length > 0 ? deleted : null);
    }
    if (url.pathname.startsWith('/indexer/api/v1/index_report/')) return indexed(method, last, response);
    if (route.startsWith('GET /matcher/api/v1/vulnerability_report/')) return report(last, response);
    if (url.pathname.startsWith('/notifier/api/v1/notification/'))
      return notification(method, last, url, response);
    plain(response, 404, '404 page not found');
  };

  const index = async (body: string, response: ServerResponse): Promise<void> => {
    const manifest = parse(body);
    if (!manifest?.hash || !manifest.layers?.length) {
      return refuse(response, 400, 'bad-request', 'bogus manifest');
    }
    for (const { uri, headers } of options.fetchLayers ? manifest.layers : []) {
      const layer = await fetch(uri, { headers: flat(headers) }).catch(() => undefined);
      await layer?.arrayBuffer();
      if (layer?.status !== 200) {
        const reason = `unexpected status code: ${layer?.status} at ${uri}`;
        return refuse(
          response,
          500,
          'internal-error',
          `failed to start scan: failed to fetch layers: ${reason}`,
        );
      }
    }
    server.manifests.set(manifest.hash, manifest);
    json(response, 201, linuxIndexReport(manifest), {
      etag: `"${server.states[0]}"`,
      location: `/indexer/api/v1/index_report/${manifest.hash}`,
    });
  };

  const indexed = (method: string, digest: string, response: ServerResponse) => {
    if (method === 'DELETE') {
      server.manifests.delete(digest);
      return empty(response, 204);
    }
    const manifest = server.manifests.get(digest);
    if (!manifest)
      return refuse(response, 404, 'not-found', `index report for manifest "${digest}" not found`);
    json(response, 200, linuxIndexReport(manifest), { etag: `"${server.states[0]}"` });
  };

  const report = (digest: string, response: ServerResponse) => {
    if (!server.isReady) return empty(response, 202);
    const manifest = server.manifests.get(digest);
    if (!manifest)
      return refuse(response, 404, 'not-found', `index report for manifest "${digest}" not found`);
    json(response, 200, linuxVulnerabilityReport(manifest), { 'cache-control': 'max-age=21600' });
  };

  const notification = (method: string, id: string, url: URL, response: ServerResponse) => {
    if (method === 'DELETE') {
      if (server.notifications.delete(id)) return empty(response, 200);
      return refuse(response, 500, 'internal-error', 'failed to delete notification: no receipt');
    }
    const size = Number(url.searchParams.get('page_size') ?? 500) || 500;
    const all = server.notifications.get(id) ?? [];
    const next = url.searchParams.get('next');
    const start = next === null ? 0 : all.findIndex((each) => (each as { id: string }).id === next) + 1;
    const page = all.slice(start, start + size);
    const isLast = start + size >= all.length;
    json(response, 200, {
      page: { size, ...(!isLast && { next: (page.at(-1) as { id: string }).id }) },
      notifications: page,
    });
  };

  const loopback = await serveOnLoopback((request, response) => {
    active++;
    response.on('close', () => active--);
    void listener(request, response).catch(() => response.destroy());
  }, options.tls);
  const server: UpstreamServer = {
    ...loopback,
    url: loopback.url + (options.prefix ?? ''),
    requests,
    states: ['0cd1ab5d9b4a2d1a3c2e9f3d6a1b5c77'],
    manifests: new Map(),
    notifications: new Map(),
    isReady: true,
    fault: undefined,
    get active() {
      return active;
    },
  };
  return server;
}

async function commit(fault: UpstreamFault, response: ServerResponse): Promise<'done' | 'go on'> {
  switch (fault.kind) {
    case 'answer':
      response.writeHead(fault.status, fault.headers).end(fault.body ?? '');
      return 'done';
    case 'slow':
      await sleep(fault.ms);
      return 'go on';
    case 'silent':
      return 'done';
    case 'cut':
      if (fault.afterBytes) {
        response.writeHead(200, { 'content-type': 'application/json' });
        await new Promise<void>((resolve) =>
          response.write('{'.padEnd(fault.afterBytes ?? 0), () => resolve()),
        );
      }
      response.destroy();
      return 'done';
  }
}

function isSigned(header: string | undefined, { key, iss }: { key: string; iss: string[] }): boolean {
  const [head = '', claims = '', signature] = /^Bearer (\S+)$/.exec(header ?? '')?.[1]?.split('.') ?? [];
  const expected = createHmac('sha256', Buffer.from(key, 'base64'))
    .update(`${head}.${claims}`)
    .digest('base64url');
  if (signature !== expected) return false;
  const claimed = parse(Buffer.from(claims, 'base64url').toString()) as
    | { iss?: string; exp?: number; nbf?: number }
    | undefined;
  const now = Date.now() / 1000;
  const { exp = now, nbf = now } = claimed ?? {};
  return iss.includes(claimed?.iss ?? '') && now <= exp + LEEWAY_SECONDS && now >= nbf - LEEWAY_SECONDS;
}

function parse(json: string): PostedManifest | undefined {
  try {
    return JSON.parse(json) as PostedManifest;
  } catch {
    return undefined;
  }
}

function flat(headers: Record<string, string[]> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values.join(', ')]));
}

function json(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  json(response, status, { code, message });
}

function empty(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}

function plain(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(body);
}
