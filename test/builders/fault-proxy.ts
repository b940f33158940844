// Stands in front of a server and spoils the answers that a test names.
import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestFrom,
  type ServerResponse,
} from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { ServerCertificate } from './certificates.ts';
import { type LoopbackServer, type SeenRequest, serveOnLoopback } from './loopback-server.ts';

/** What happens to an answer; bytes are counted in its body. */
export type Fault =
  /** The connection ends after so many bytes, which are fewer than the headers promise. */
  | { kind: 'cut'; after: number }
  /** Nothing more comes after so many bytes, but the connection stays. */
  | { kind: 'stall'; after: number }
  /** The headers promise only so many bytes, and these come. */
  | { kind: 'shorten'; to: number }
  /** One bit of the byte there is another. */
  | { kind: 'flip'; at: number }
  /** The server is not asked: 429 with Retry-After, 503, a web page with status 200. */
  | { kind: 'answer'; status: number; headers?: Readonly<Record<string, string>>; body?: string }
  /** To itself, for ever. */
  | { kind: 'redirect-loop' }
  /** 307 to the address, or to what is made of the path. */
  | { kind: 'redirect'; to: string | ((path: string) => string) }
  /** The whole is sent with status 200, whatever range was asked for. */
  | { kind: 'ignore-range' }
  /** Another range is sent, and said to be sent, than the one asked for: so many bytes later. */
  | { kind: 'shift-range'; by: number }
  /** The headers of the answer are replaced; `undefined` removes one. */
  | { kind: 'headers'; headers: Readonly<Record<string, string | undefined>> };

/** The common failure of a portal or of a wrong address: a web page where data was expected. */
export const WEB_PAGE: Fault = {
  kind: 'answer',
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!DOCTYPE html><title>Sign in</title><p>Welcome to the guest network.',
};

export interface FaultProxy extends LoopbackServer {
  /** In the order of their arrival. */
  requests: readonly SeenRequest[];
  /** Spoils answers to the paths, with their query, that match; the first fault that is not used up counts. */
  fault(match: (path: string) => boolean, behaviour: Fault, times?: number): void;
}

interface PlannedFault {
  match: (path: string) => boolean;
  behaviour: Fault;
  timesLeft: number;
}

/** Headers of a connection, not of an answer (RFC 9110 §7.6.1). */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/**
 * A proxy before the HTTP server at `target`, `host:port`; clients speak HTTPS with it when it has a certificate.
 * Answers that are spoiled are held in memory.
 */
export async function startFaultProxy(
  target: string,
  options: { tls?: ServerCertificate } = {},
): Promise<FaultProxy> {
  const requests: SeenRequest[] = [];
  const planned: PlannedFault[] = [];
  const server = await serveOnLoopback((request, response) => {
    const { method = '', url: path = '', headers } = request;
    requests.push({ method, path, headers });
    const next = planned.find((fault) => fault.timesLeft > 0 && fault.match(path));
    if (next) next.timesLeft--;
    answer(target, request, response, next?.behaviour).catch(() => response.destroy());
  }, options.tls);
  return {
    ...server,
    requests,
    fault: (match, behaviour, times = Number.POSITIVE_INFINITY) => {
      planned.push({ match, behaviour, timesLeft: times });
    },
  };
}

async function answer(
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  const { url: path = '', headers } = request;
  if (!fault) return passOn(await forward(target, request, headers), response);
  switch (fault.kind) {
    case 'answer':
      response.writeHead(fault.status, fault.headers).end(fault.body);
      return;
    case 'redirect-loop':
      response.writeHead(307, { location: path }).end();
      return;
    case 'redirect':
      response.writeHead(307, { location: typeof fault.to === 'string' ? fault.to : fault.to(path) }).end();
      return;
    case 'ignore-range':
      return passOn(await forward(target, request, { ...headers, range: undefined }), response);
    case 'shift-range':
      return passOn(await forward(target, request, shiftRange(headers, fault.by)), response);
    case 'headers':
      return passOn(await forward(target, request, headers), response, fault.headers);
    default:
      return spoilBody(await forward(target, request, headers), response, fault);
  }
}

function forward(
  target: string,
  request: IncomingMessage,
  headers: IncomingHttpHeaders,
): Promise<IncomingMessage> {
  const { hostname, port } = new URL(`http://${target}`);
  const { method, url: path } = request;
  return new Promise((resolve, reject) => {
    const forwarded = requestFrom({
      hostname,
      port,
      method,
      path,
      headers: present(headers),
      agent: false,
    });
    forwarded.once('response', resolve);
    pipeline(request, forwarded).catch(reject);
  });
}

async function passOn(
  source: IncomingMessage,
  response: ServerResponse,
  replaced: Readonly<Record<string, string | undefined>> = {},
): Promise<void> {
  response.writeHead(source.statusCode!, present({ ...endToEnd(source.headers), ...replaced }));
  await pipeline(source, response);
}

async function spoilBody(
  source: IncomingMessage,
  response: ServerResponse,
  fault: Extract<Fault, { kind: 'cut' | 'stall' | 'shorten' | 'flip' }>,
): Promise<void> {
  const body = await buffer(source);
  const status = source.statusCode!;
  const headers = endToEnd(source.headers);
  switch (fault.kind) {
    case 'cut':
      sendPart(response.writeHead(status, headers), body.subarray(0, fault.after));
      // What was written is sent before the connection goes.
      response.socket?.destroySoon();
      return;
    case 'stall':
      sendPart(response.writeHead(status, headers), body.subarray(0, fault.after));
      return;
    case 'shorten':
      response.writeHead(status, { ...headers, 'content-length': fault.to }).end(body.subarray(0, fault.to));
      return;
    case 'flip':
      body.writeUInt8(body.readUInt8(fault.at) ^ 1, fault.at);
      response.writeHead(status, headers).end(body);
  }
}

function sendPart(response: ServerResponse, part: Buffer): void {
  response.flushHeaders();
  response.write(part);
}

function shiftRange(headers: IncomingHttpHeaders, by: number): IncomingHttpHeaders {
  const range = headers.range?.replace(/\d+/, (first) => String(Number(first) + by));
  return { ...headers, range };
}

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)));
}

/** Without the headers that have no value, which Node refuses. */
function present(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
}
