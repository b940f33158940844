// Puts the image that is measured into a real registry on this machine.
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { startRegistry } from '../test/builders/registry.ts';

export interface ServedImage {
  readonly reference: string;
  /** For other programs. */
  readonly layerUrl: string;
  readonly manifestUrl: string;
  readonly manifestType: string;
  close(): Promise<void>;
}

const REPOSITORY = 'bench/image';

/** `folder` is an OCI layout with one image; blobs are streamed. Throws when the registry does not take it. */
export async function serveImage(folder: string): Promise<ServedImage> {
  const registry = await startRegistry();
  const base = `${registry.url}/v2/${REPOSITORY}`;
  const send = async (method: 'POST' | 'PUT', url: string, body?: string, type?: string): Promise<string> => {
    const headers = {
      ...(body !== undefined && { 'content-length': String(statSync(body).size) }),
      ...(type !== undefined && { 'content-type': type }),
    };
    const answer = await request(url, {
      method,
      headers,
      ...(body !== undefined && { body: createReadStream(body, { highWaterMark: 1024 * 1024 }) }),
    });
    const said = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${url}: HTTP ${answer.statusCode} ${said}`);
    return String(answer.headers.location ?? '');
  };
  const blobPath = (digest: string): string => join(folder, 'blobs/sha256', digest.slice('sha256:'.length));
  const index = readJson(join(folder, 'index.json')) as {
    manifests: [{ digest: string; mediaType: string }];
  };
  const [{ digest, mediaType }] = index.manifests;
  const manifest = readJson(blobPath(digest)) as { config: { digest: string }; layers: [{ digest: string }] };
  for (const blob of [manifest.config.digest, manifest.layers[0].digest]) {
    const place = new URL(await send('POST', `${base}/blobs/uploads/`), registry.url);
    place.searchParams.set('digest', blob);
    await send('PUT', place.href, blobPath(blob), 'application/octet-stream');
  }
  await send('PUT', `${base}/manifests/latest`, blobPath(digest), mediaType);
  return {
    reference: `${registry.host}/${REPOSITORY}:latest`,
    layerUrl: `${base}/blobs/${manifest.layers[0].digest}`,
    manifestUrl: `${base}/manifests/latest`,
    manifestType: mediaType,
    close: () => registry.close(),
  };
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
