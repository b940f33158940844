// All registries as one user reaches them: credentials, mirrors, hosts of foreign layers, trust.
import type { Digest } from '../../base/digest.ts';
import type { Selection } from '../choose-manifest.ts';
import { ImageError } from '../image-error.ts';
import type { Image } from '../image-source.ts';
import { loadImages } from '../load-image.ts';
import { discard, type HttpClient } from '../network/http-client.ts';
import type { CredentialStore } from './credentials.ts';
import { ForeignHosts } from './foreign-urls.ts';
import type { LayerPlace } from './layer-place.ts';
import type { Mirrors, NamedPlace } from './mirrors.ts';
import { apiHost, parseReference, type Reference } from './reference.ts';
import { type BlobLocation, RegistryClient } from './registry-client.ts';
import { RegistrySource } from './registry-source.ts';
import { RemoteLayers } from './remote-layers.ts';

export interface RegistriesOptions {
  readonly http: HttpClient;
  readonly credentials: CredentialStore;
  readonly mirrors: Mirrors;
  /** Hosts beside Microsoft's that foreign layers may come from. */
  readonly foreignHosts?: readonly string[];
  /** HTTP and any certificate for every registry that is named. */
  readonly insecure?: boolean;
}

/** A repository in one registry or in a mirror of it. */
export interface RepositoryPlace {
  readonly client: RegistryClient;
  readonly repository: string;
}

/** On the same machine HTTP is nobody else's to read. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/;

export class Registries {
  readonly foreignHosts: ForeignHosts;
  readonly #options: RegistriesOptions;
  readonly #clients = new Map<string, Promise<RegistryClient>>();

  constructor(options: RegistriesOptions) {
    this.#options = options;
    this.foreignHosts = new ForeignHosts(options.foreignHosts);
  }

  /** Opens `[host[:port]/]repository[:tag][@digest]`. Throws ImageError. */
  async open(target: string, name: string, selection: Selection | undefined): Promise<readonly Image[]> {
    const reference = parseReference(name);
    const source = new RegistrySource(this, reference);
    return loadImages(target, source, [await source.root()], selection);
  }

  /**
   * Where a blob of the image can be fetched by somebody else, in a mirror if that has it; `undefined` when no place
   * does. Throws ImageError.
   */
  async locate(reference: Reference, digest: Digest): Promise<BlobLocation | undefined> {
    let failure: ImageError | undefined;
    for (const { client, repository } of await this.placesOf(reference, 'digest')) {
      try {
        return await client.locate(repository, digest);
      } catch (error) {
        if (!(error instanceof ImageError)) throw error;
        if (error.code !== 'NOT_FOUND') failure = error;
      }
    }
    if (failure) throw failure;
    return undefined;
  }

  /** The foreign layers of an image that lies elsewhere, by the addresses that its manifest gives. */
  foreignLayers(): RemoteLayers {
    return new RemoteLayers(this, async () => []);
  }

  /** Where a repository may be read, best first: its mirrors, then itself. Throws ImageError. */
  placesOf({ registry, repository }: Reference, by: 'tag' | 'digest'): Promise<RepositoryPlace[]> {
    const places = this.#options.mirrors.placesOf(registry, repository, by);
    return Promise.all(
      places.map(async (place) => ({
        client: await this.#client(place),
        repository: place.repository,
      })),
    );
  }

  /**
   * The same for a blob that a manifest names by URL. What the user configured as a mirror is used like a registry;
   * the host of the URL itself is asked without credentials, whatever the user has for it.
   */
  async foreignPlacesOf(host: string, repository: string): Promise<RepositoryPlace[]> {
    const places = this.#options.mirrors.placesOf(host, repository, 'digest');
    const result: RepositoryPlace[] = [];
    for (const place of places) {
      const isOwn = place.registry === host;
      if (isOwn && !this.foreignHosts.allows(host.replace(/:\d+$/, ''))) continue;
      result.push({
        client: isOwn ? this.#anonymousClient(host) : await this.#client(place),
        repository: place.repository,
      });
    }
    return result;
  }

  /** A file that a manifest names by URL, of a host that is allowed. */
  foreignFile(url: URL): LayerPlace {
    const { http } = this.#options;
    return {
      host: url.host,
      open: async (offset, signal) => {
        const headers = offset > 0 ? { range: `bytes=${offset}-` } : {};
        const answer = await http.send({ url, headers, trust: 'found', tries: 2, signal });
        if (answer.status === 200 || answer.status === 206) return answer;
        await discard(answer);
        throw new ImageError('NOT_FOUND', `${url.host} answers HTTP ${answer.status} for a foreign layer`);
      },
    };
  }

  close(): Promise<void> {
    return this.#options.http.close();
  }

  #client({ registry, repository, insecure }: NamedPlace): Promise<RegistryClient> {
    const key = `${registry}/${repository}`;
    const known = this.#clients.get(key);
    if (known) return known;
    const made = this.#makeClient(registry, repository, insecure);
    this.#clients.set(key, made);
    return made;
  }

  async #makeClient(registry: string, repository: string, insecure: boolean): Promise<RegistryClient> {
    const isInsecure = insecure || this.#options.insecure === true;
    return new RegistryClient({
      http: this.#options.http,
      host: apiHost(registry),
      credentials: await this.#options.credentials.find(registry, repository),
      trust: 'named',
      plainHttp: isInsecure || LOOPBACK.test(registry),
      insecure: isInsecure,
    });
  }

  #anonymousClient(host: string): RegistryClient {
    return new RegistryClient({
      http: this.#options.http,
      host,
      credentials: undefined,
      trust: 'found',
      plainHttp: false,
      insecure: false,
      allowsHost: (name) => this.foreignHosts.allows(name),
    });
  }
}
