// Serves HTTP or HTTPS on a free port of the loopback interface, for the servers that tests run.
import { createServer as createHttpServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ServerCertificate } from './certificates.ts';

export interface LoopbackServer {
  /** `127.0.0.1:port`. */
  host: string;
  /** Without a slash at the end. */
  url: string;
  /** PEM of the authority to trust, for HTTPS. */
  ca?: string;
  /** Ends all connections, stalled ones too. */
  close(): Promise<void>;
}

/** What a server saw, for assertions. */
export interface SeenRequest {
  method: string;
  /** With the query. */
  path: string;
  headers: IncomingHttpHeaders;
}

/** Starts a server; HTTPS with a certificate, HTTP without. */
export async function serveOnLoopback(
  listener: RequestListener,
  certificate?: ServerCertificate,
): Promise<LoopbackServer> {
  const server = certificate
    ? createHttpsServer({ cert: certificate.certificate, key: certificate.key }, listener)
    : createHttpServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `${certificate ? 'https' : 'http'}://${host}`,
    ...(certificate && { ca: certificate.ca }),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
