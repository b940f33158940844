// Serves blobs by signed addresses, as the S3 stores do to which registries redirect.
import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { digestOf } from '../../src/base/digest.ts';
import type { ServerCertificate } from './certificates.ts';
import { type LoopbackServer, type SeenRequest, serveOnLoopback } from './loopback-server.ts';

export interface StorageServer extends LoopbackServer {
  /** In the order of their arrival. */
  requests: readonly SeenRequest[];
  add(blob: Buffer): void;
  /** The signed address of a blob; below `base` where something stands in front of the server. */
  urlOf(digest: string, base?: string): string;
  /** Makes all addresses that were given out invalid. */
  expireUrls(): void;
}

/** A store that has `blobs`. Like S3 it refuses requests that carry an Authorization header beside the signature. */
export async function startStorageServer(
  options: { blobs?: readonly Buffer[]; tls?: ServerCertificate } = {},
): Promise<StorageServer> {
  const blobs = new Map<string, Buffer>();
  const requests: SeenRequest[] = [];
  let secret = randomBytes(16);
  const sign = (path: string) => createHmac('sha256', secret).update(path).digest('hex');

  const server = await serveOnLoopback((request, response) => {
    const { method = '', url = '', headers } = request;
    requests.push({ method, path: url, headers });
    const { pathname, searchParams } = new URL(url, 'http://storage');
    if (headers.authorization !== undefined) {
      return refuse(response, 400, 'InvalidArgument', 'Only one auth mechanism allowed');
    }
    // The method is part of what S3 signs.
    if (method !== 'GET' || searchParams.get('signature') !== sign(pathname)) {
      return refuse(response, 403, 'SignatureDoesNotMatch', 'The signature does not match');
    }
    const blob = blobs.get(decodeURIComponent(pathname.slice(1)));
    if (!blob) return refuse(response, 404, 'NoSuchKey', 'The specified key does not exist.');
    send(request, response, blob);
  }, options.tls);

  const add = (blob: Buffer) => void blobs.set(digestOf(blob), blob);
  for (const blob of options.blobs ?? []) add(blob);
  return {
    ...server,
    requests,
    add,
    urlOf: (digest, base = server.url) => {
      const path = `/${encodeURIComponent(digest)}`;
      return `${base}${path}?signature=${sign(path)}`;
    },
    expireUrls: () => {
      secret = randomBytes(16);
    },
  };
}

function send(request: IncomingMessage, response: ServerResponse, blob: Buffer): void {
  response.setHeader('accept-ranges', 'bytes').setHeader('content-type', 'application/octet-stream');
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  if (!range) {
    response.writeHead(200, { 'content-length': blob.length }).end(blob);
    return;
  }
  const first = Number(range[1]);
  const last = Math.min(range[2] ? Number(range[2]) : Number.POSITIVE_INFINITY, blob.length - 1);
  if (first > last) {
    response.setHeader('content-range', `bytes */${blob.length}`);
    refuse(response, 416, 'InvalidRange', 'The requested range is not satisfiable');
    return;
  }
  response
    .writeHead(206, {
      'content-length': last - first + 1,
      'content-range': `bytes ${first}-${last}/${blob.length}`,
    })
    .end(blob.subarray(first, last + 1));
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}
