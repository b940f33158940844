// Serves layers and counts who fetches which how often.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LayerServer {
  /** By digest, as soon as they are served. */
  readonly reads: ReadonlyMap<string, number>;
  add(digest: string, blob: Buffer): void;
  urlOf(digest: string): string;
  close(): Promise<void>;
}

/** Each answer begins after `delayMs`. */
export async function startLayerServer(delayMs = 0): Promise<LayerServer> {
  const blobs = new Map<string, Buffer>();
  const reads = new Map<string, number>();
  const server = createServer((request, response) => {
    const digest = decodeURIComponent(request.url?.slice(1) ?? '');
    const blob = blobs.get(digest);
    if (!blob) return void response.writeHead(404).end();
    reads.set(digest, (reads.get(digest) ?? 0) + 1);
    setTimeout(() => response.writeHead(200, { 'content-length': blob.length }).end(blob), delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    reads,
    add: (digest, blob) => void blobs.set(digest, blob),
    urlOf: (digest) => `http://127.0.0.1:${port}/${encodeURIComponent(digest)}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
