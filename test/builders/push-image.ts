// Pushes built images to a registry by the distribution API, as `docker push` does.
import { Agent, type Dispatcher, request } from 'undici';
import { type Digest, digestOf } from '../../src/base/digest.ts';
import { type BuiltImage, type Listing, ociLayout } from './image.ts';
import type { LoopbackServer } from './loopback-server.ts';

/** A registry, or what stands in front of one. */
export type PushTarget = Pick<LoopbackServer, 'url' | 'ca'>;

export interface PushOptions {
  /** Header of every request; see `basicAuthorization`, or `Bearer …`. */
  authorization?: string;
}

interface Document {
  mediaType?: string;
}

/**
 * Pushes an image, or several and an index that lists them, and returns the digest of what the tag points to. Absent
 * layers are left out, which registries accept of foreign ones only.
 */
export async function pushImage(
  target: PushTarget,
  repository: string,
  tag: string,
  content: BuiltImage | Listing,
  options: PushOptions = {},
): Promise<Digest> {
  const push = new Push(target, repository, options);
  try {
    if ('manifest' in content) return await push.image(content, tag);
    const images = content.flatMap((item) => ('image' in item ? (item.absent ? [] : [item.image]) : [item]));
    for (const image of images) await push.image(image, image.digest);
    return await push.manifest(ociLayout(content).get('index.json')!, tag);
  } finally {
    await push.close();
  }
}

/** The header of the Basic scheme, RFC 7617. */
export function basicAuthorization(login: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
}

class Push {
  readonly #base: URL;
  readonly #agent: Agent;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ url, ca }: PushTarget, repository: string, { authorization }: PushOptions) {
    this.#base = new URL(`${url}/v2/${repository}/`);
    this.#agent = new Agent({ ...(ca !== undefined && { connect: { ca } }) });
    this.#headers = authorization === undefined ? {} : { authorization };
  }

  async image(image: BuiltImage, reference: string): Promise<Digest> {
    await this.#blob(image.config);
    for (const layer of image.layers) if (!layer.absent) await this.#blob(layer.blob);
    return this.manifest(image.manifest, reference);
  }

  async manifest(manifest: Buffer, reference: string): Promise<Digest> {
    const { mediaType } = JSON.parse(manifest.toString()) as Document;
    const type = mediaType ?? 'application/vnd.oci.image.manifest.v1+json';
    await this.#send('PUT', new URL(`manifests/${reference}`, this.#base), manifest, type);
    return digestOf(manifest);
  }

  async close(): Promise<void> {
    await this.#agent.close();
  }

  async #blob(content: Buffer): Promise<void> {
    const upload = await this.#send('POST', new URL('blobs/uploads/', this.#base));
    const place = new URL(String(upload.location), this.#base);
    place.searchParams.set('digest', digestOf(content));
    await this.#send('PUT', place, content, 'application/octet-stream');
  }

  async #send(
    method: 'POST' | 'PUT',
    url: URL,
    body?: Buffer,
    type?: string,
  ): Promise<Dispatcher.ResponseData['headers']> {
    const answer = await request(url, {
      dispatcher: this.#agent,
      method,
      headers: { ...this.#headers, ...(type !== undefined && { 'content-type': type }) },
      ...(body && { body }),
    });
    const said = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${url}: HTTP ${answer.statusCode} ${said}`);
    return answer.headers;
  }
}
