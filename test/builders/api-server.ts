// A listening API for tests, and a client that shows what really comes over the wire.
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { createLogger, type Logger } from '../../src/base/log.ts';
import { type ApiOptions, buildApi } from '../../src/http/api.ts';
import { listen } from '../../src/http/listen.ts';

/** Returns the port. The server ends with the test. */
export async function startApi(options: Partial<ApiOptions> & Pick<ApiOptions, 'routes'>): Promise<number> {
  const app = buildApi({
    authorize: undefined,
    maxBodyBytes: 8 * 1024 * 1024,
    server: { maxHeaderBytes: 16 * 1024, tls: undefined },
    log: createLogger('silent'),
    isEnding: () => false,
    ...options,
  });
  await app.ready();
  const port = await listen(app.server, { host: '127.0.0.1', port: 0 }, 'test');
  onTestFinished(async () => {
    app.server.closeAllConnections();
    await app.close();
  });
  return port;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Names and values as sent. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Buffer;
}

/** Nothing is added to the request but Host, and Content-Length where there is a body. */
export function ask(port: number, path: string, { method, headers, body }: Ask = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const isMeasured = body !== undefined && headers?.['transfer-encoding'] === undefined;
    const length = !isMeasured ? {} : { 'content-length': Buffer.byteLength(body) };
    const options = { port, path, method: method ?? 'GET', agent: false, headers: { ...length, ...headers } };
    const request = httpRequest({ host: '127.0.0.1', ...options }, async (response) => {
      try {
        const pieces: Buffer[] = [];
        for await (const piece of response) pieces.push(piece as Buffer);
        const { statusCode, rawHeaders } = response;
        resolve({
          status: statusCode ?? 0,
          headers: response.headers,
          rawHeaders,
          body: Buffer.concat(pieces),
        });
      } catch (error) {
        reject(error);
      }
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Everything that comes back for `bytes`, until the server closes the connection. */
export function talk(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
}

/** A log that keeps its lines. */
export function recordingLog(lines: Record<string, unknown>[]): Logger {
  const log = createLogger('silent');
  const write =
    (level: string) =>
    (fields: object, message: string): void => {
      lines.push({ level, ...fields, message });
    };
  return Object.assign(log, { info: write('info'), warn: write('warn'), error: write('error') });
}
