// Serves layers as Quay does: by tokens that live for a while and are checked when a request begins.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { digestOf } from '../../src/base/digest.ts';
import type { ClairLayer } from '../../src/model/clair.ts';
import { type LoopbackServer, serveOnLoopback } from './loopback-server.ts';

export interface BlobRequest {
  digest: string;
  status: number;
  /** `undefined`: from the start. */
  range: string | undefined;
  /** Of `performance.now()`. */
  at: number;
}

export interface BlobServer extends LoopbackServer {
  /** In the order of their arrival. */
  requests: BlobRequest[];
  /** Requests for the layer that were answered with its bytes. */
  readsOf(digest: string): number;
  add(blob: Buffer): string;
  /** How a client is told to fetch it: with a new token. */
  layer(digest: string): ClairLayer;
  /** Answers wait for it. */
  gate: Promise<unknown>;
  /** Bytes a second that each answer is slowed down to. */
  bytesPerSecond: number;
  /** Ends the connection after so many bytes, as often as it says. */
  cut: { after: number; times: number } | undefined;
}

export async function startBlobServer(options: { tokenMs?: number } = {}): Promise<BlobServer> {
  const tokens = new Map<string, number>();
  const blobs = new Map<string, Buffer>();
  const requests: BlobRequest[] = [];
  const loopback = await serveOnLoopback((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const digest = (request.url ?? '').slice('/blobs/'.length);
    const { authorization = '', range } = request.headers;
    const seen: BlobRequest = { digest, status: 200, range, at: performance.now() };
    requests.push(seen);
    const expires = tokens.get(authorization.replace('Bearer ', '')) ?? 0;
    const blob = blobs.get(digest);
    seen.status = expires < performance.now() ? 401 : !blob ? 404 : range ? 206 : 200;
    if (seen.status >= 400 || !blob) {
      response.writeHead(seen.status).end();
      return;
    }
    await server.gate;
    const first = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    response.writeHead(seen.status, {
      'content-length': blob.length - first,
      ...(range && { 'content-range': `bytes ${first}-${blob.length - 1}/${blob.length}` }),
    });
    const { cut } = server;
    if (cut && cut.times > 0) {
      cut.times--;
      response.write(blob.subarray(first, first + cut.after));
      response.socket?.destroySoon();
      return;
    }
    await send(response, blob.subarray(first), server.bytesPerSecond);
  }

  const server: BlobServer = {
    ...loopback,
    requests,
    readsOf: (digest) => requests.filter((each) => each.digest === digest && each.status === 200).length,
    add: (blob) => {
      const digest = digestOf(blob);
      blobs.set(digest, blob);
      return digest;
    },
    layer: (hash) => {
      const token = randomUUID();
      tokens.set(token, performance.now() + (options.tokenMs ?? 60_000));
      const headers = { Accept: ['application/gzip'], Authorization: [`Bearer ${token}`] };
      return { hash, uri: `${loopback.url}/blobs/${hash}`, headers };
    },
    gate: Promise.resolve(),
    bytesPerSecond: Number.POSITIVE_INFINITY,
    cut: undefined,
  };
  return server;
}

const STEPS_PER_SECOND = 20;

async function send(response: ServerResponse, bytes: Buffer, bytesPerSecond: number): Promise<void> {
  if (bytesPerSecond === Number.POSITIVE_INFINITY) {
    response.end(bytes);
    return;
  }
  const step = Math.ceil(bytesPerSecond / STEPS_PER_SECOND);
  for (let at = 0; at < bytes.length && !response.destroyed; at += step) {
    response.write(bytes.subarray(at, at + step));
    await sleep(1000 / STEPS_PER_SECOND);
  }
  response.end();
}
