// HTTP servers with the limits that keep slow, silent and oversized clients from taking the service down.
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Certificate } from './certificate.ts';
import { droppedConnections } from './http-metrics.ts';

export interface HttpServerOptions {
  /** Of the head of a request; over it, 431. */
  readonly maxHeaderBytes: number;
  /** Without it the server speaks plain HTTP. */
  readonly tls: Certificate | undefined;
  readonly timeouts?: RequestTimeouts;
}

/** Milliseconds. */
export interface RequestTimeouts {
  /** For the head of a request, from the moment a connection is made; over it, 408. */
  readonly head: number;
  /** For a whole request, head and body; over it, 408. Answering may take longer. */
  readonly request: number;
  /** How often these two are looked at: they may be over by so much. */
  readonly check: number;
}

/** Who opens connections and says nothing holds them no longer; the largest body comes in at 140 kB/s. */
const TIMEOUTS: RequestTimeouts = { head: 15_000, request: 60_000, check: 2_000 };
/**
 * Of silence between two requests. Quay keeps its connections, and takes one that is closed just when it sends for a failed attempt,
 * so this is longer than its pauses of 30 seconds.
 */
const IDLE_SECONDS = 90;
/** Further ones are closed at once. Each takes some 20 kB; Quay opens one for every worker. */
const MAX_CONNECTIONS = 4096;

/** Statuses for what the parser of HTTP refuses. */
const REFUSALS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

export function httpServer(options: HttpServerOptions, listener: RequestListener): Server {
  const timeouts = options.timeouts ?? TIMEOUTS;
  const settings = {
    maxHeaderSize: options.maxHeaderBytes,
    headersTimeout: timeouts.head,
    requestTimeout: timeouts.request,
    keepAliveTimeout: IDLE_SECONDS * 1000,
    connectionsCheckingInterval: timeouts.check,
    // Without it Node answers such a request itself, before anybody has looked at its token.
    requireHostHeader: false,
  };
  const server = options.tls
    ? createTlsServer({ ...settings, ...options.tls, minVersion: 'TLSv1.2' }, listener)
    : createServer(settings, listener);
  server.maxConnections = MAX_CONNECTIONS;
  server.on('drop', () => droppedConnections.inc());
  server.on('clientError', refuse);
  // What cannot speak TLS gets no answer: there is no way to give one.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}

/** What is no HTTP has no path and no token, so nothing more is said than what is wrong. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = REFUSALS[error.code ?? ''] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}
