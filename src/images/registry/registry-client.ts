// Speaks the distribution protocol with one registry: authorised requests, and answers that are what they should be.
import type { Digest } from '../../base/digest.ts';
import { ImageError } from '../image-error.ts';
import type { Trust } from '../network/address-policy.ts';
import { discard, type HttpAnswer, type HttpClient } from '../network/http-client.ts';
import { shownHost } from '../network/http-failure.ts';
import { fetchBytes, readBytes } from '../network/read-answer.ts';
import { Authorization } from './authorization.ts';
import type { Credentials } from './credentials.ts';

const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** Errors of the protocol are a few hundred bytes; no more of one is shown. */
const MAX_ERROR_BYTES = 64 * 1024;
const MAX_SHOWN = 200;

export interface RegistryOptions {
  readonly http: HttpClient;
  /** `host[:port]` of the API. */
  readonly host: string;
  readonly credentials: Credentials | undefined;
  readonly trust: Trust;
  /** Where HTTPS is not spoken, HTTP will do. */
  readonly plainHttp: boolean;
  /** Any certificate will do. */
  readonly insecure: boolean;
  /** Hosts that may be asked for a token; `undefined`: any that the registry names. */
  readonly allowsHost?: (host: string) => boolean;
}

/** How somebody else may fetch a blob, for as long as the token lives. */
export interface BlobLocation {
  readonly url: URL;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

export class RegistryClient {
  readonly host: string;
  readonly #options: RegistryOptions;
  readonly #authorization: Authorization;
  #scheme: Promise<'https' | 'http'> | undefined;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.host = options.host;
    this.#authorization = new Authorization({ ...options, registry: options.host });
  }

  /**
   * The bytes of a manifest or index by tag or digest. Throws ImageError `NOT_FOUND`, `TOO_LARGE`, `DIGEST_MISMATCH`,
   * `UNAUTHORIZED`, `NOT_A_REGISTRY` and what the HTTP client throws.
   */
  async manifest(repository: string, name: string, maxBytes: number): Promise<Buffer> {
    const open = async (): Promise<HttpAnswer> => {
      const answer = await this.#get(`${repository}/manifests/${name}`, repository, {
        accept: MANIFEST_TYPES,
      });
      if (answer.status !== 200) {
        throw await this.#refusal(answer, repository, `no ${name} of ${repository}; check the name`);
      }
      await refuseWebPage(answer, this.host);
      return answer;
    };
    return fetchBytes(open, maxBytes, `the manifest ${name} of ${this.host}/${repository}`);
  }

  /** The whole of a blob that is a document. Throws as `manifest` does. */
  document(repository: string, digest: Digest, maxBytes: number): Promise<Buffer> {
    const what = `${digest.slice(0, 19)}… of ${this.host}/${repository}`;
    return fetchBytes(() => this.blob(repository, digest), maxBytes, what, digest);
  }

  /** A blob from byte `offset` on; the answer has status 200 or 206. Throws as `manifest` does. */
  async blob(repository: string, digest: Digest, offset = 0, signal?: AbortSignal): Promise<HttpAnswer> {
    const headers = offset > 0 ? { range: `bytes=${offset}-` } : {};
    const answer = await this.#get(`${repository}/blobs/${digest}`, repository, headers, signal);
    if (answer.status !== 200 && answer.status !== 206) {
      throw await this.#refusal(answer, repository, `no blob ${digest.slice(0, 19)}… of ${repository}`);
    }
    await refuseWebPage(answer, this.host);
    return answer;
  }

  /**
   * Where a blob is served from, redirects followed, and the headers that it takes there; both may be secrets. Throws
   * as `manifest` does.
   */
  async locate(repository: string, digest: Digest): Promise<BlobLocation> {
    const answer = await this.#get(`${repository}/blobs/${digest}`, repository, { range: 'bytes=0-0' });
    if (answer.status !== 200 && answer.status !== 206) {
      throw await this.#refusal(answer, repository, `no blob ${digest.slice(0, 19)}… of ${repository}`);
    }
    await refuseWebPage(answer, this.host);
    await discard(answer);
    const authorization = this.#authorization.header(scopeOf(repository));
    // What a store was signed for needs no other proof, and must not get ours.
    const isOwn = answer.url.host === this.host && authorization !== undefined;
    return { url: answer.url, headers: isOwn ? { authorization } : {} };
  }

  async #get(
    path: string,
    repository: string,
    headers: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<HttpAnswer> {
    const { http, trust, insecure } = this.#options;
    const url = new URL(`${await this.#chooseScheme()}://${this.host}/v2/${path}`);
    const scope = scopeOf(repository);
    for (let attempt = 1; ; attempt++) {
      const authorization = this.#authorization.header(scope);
      const answer = await http.send({
        url,
        headers: { ...headers, ...(authorization !== undefined && { authorization }) },
        trust,
        insecure,
        signal,
        // A host that only a manifest names is not waited for as one that the user did: it may be out of reach for good.
        ...(trust === 'found' && { tries: 2 }),
      });
      const challenge = answer.headers.get('www-authenticate');
      // A store that refuses what it was redirected to has no say in whom to trust; and what has just been granted and
      // is refused will be refused again.
      const isFinal = attempt === 2 || answer.url.origin !== url.origin;
      if (answer.status !== 401 || isFinal || challenge === undefined) return answer;
      this.#authorization.forget(scope);
      const granted = this.#authorization.answer(challenge, url, scope, signal);
      if (!(await granted.catch((error) => discardThenThrow(answer, error)))) return answer;
      await discard(answer);
    }
  }

  /** HTTPS comes first wherever HTTP is allowed, as with Docker. */
  #chooseScheme(): Promise<'https' | 'http'> {
    this.#scheme ??= this.#options.plainHttp ? this.#probe() : Promise.resolve('https');
    return this.#scheme;
  }

  async #probe(): Promise<'https' | 'http'> {
    const { http, trust, insecure } = this.#options;
    const url = new URL(`https://${this.host}/v2/`);
    try {
      await discard(await http.send({ url, trust, insecure, tries: 1 }));
      return 'https';
    } catch (error) {
      if (error instanceof ImageError && error.code === 'UNREACHABLE') return 'http';
      throw error;
    }
  }

  async #refusal(answer: HttpAnswer, repository: string, missing: string): Promise<ImageError> {
    const { credentials } = this.#options;
    const said = await errorText(answer);
    const status = `HTTP ${answer.status}${said}`;
    const host = shownHost(answer.url);
    switch (answer.status) {
      case 401:
        return new ImageError(
          'UNAUTHORIZED',
          credentials
            ? `${this.host} does not accept the credentials from ${credentials.from} for ${repository} (${status}); log in again: docker login ${this.host}`
            : `${this.host} wants a login for ${repository} (${status}): docker login ${this.host}, or --username and --password-stdin`,
        );
      case 403:
        return new ImageError(
          'UNAUTHORIZED',
          `${host} forbids reading ${repository} (${status}); ask its owner for the right to pull, or log in as somebody who has it`,
        );
      case 404:
        return new ImageError('NOT_FOUND', `${this.host} has ${missing} (HTTP 404)`);
      default:
        return new ImageError(
          'NOT_A_REGISTRY',
          `${host} answers ${status} for ${repository}; is it a registry?`,
        );
    }
  }
}

function scopeOf(repository: string): string {
  return `repository:${repository}:pull`;
}

async function discardThenThrow(answer: HttpAnswer, error: unknown): Promise<never> {
  await discard(answer);
  throw error;
}

/** Login pages and proxies answer 200 with HTML. */
async function refuseWebPage(answer: HttpAnswer, registry: string): Promise<void> {
  if (!/^text\/html/i.test(answer.headers.get('content-type') ?? '')) return;
  await discard(answer);
  const host = shownHost(answer.url);
  const by = host === registry ? host : `${host}, for ${registry},`;
  throw new ImageError(
    'NOT_A_REGISTRY',
    `${by} answers with a web page; check the address, and whether a proxy or a login page stands in between`,
  );
}

/** `: CODE message` of the protocol's errors; a page says nothing that helps. */
async function errorText(answer: HttpAnswer): Promise<string> {
  try {
    const bytes = await readBytes(answer, MAX_ERROR_BYTES, 'the error');
    const { errors } = JSON.parse(bytes.toString('utf8')) as {
      errors?: { code?: unknown; message?: unknown }[];
    };
    const [first] = Array.isArray(errors) ? errors : [];
    const words = [first?.code, first?.message].filter((word) => typeof word === 'string').join(' ');
    return words === '' ? '' : `: ${words.slice(0, MAX_SHOWN)}`;
  } catch {
    return '';
  }
}
