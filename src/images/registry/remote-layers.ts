// Layers over the network: from the registry of their image, and foreign ones from the addresses of its manifest.
import type { Digest } from '../../base/digest.ts';
import { ImageError } from '../image-error.ts';
import type { LayerDescriptor, ReadOptions } from '../image-source.ts';
import { parseForeignUrl } from './foreign-urls.ts';
import { LayerDownloads, type LayerPlace } from './layer-place.ts';
import type { Registries, RepositoryPlace } from './registries.ts';

/** Microsoft's manifests give one or two addresses for a layer. */
const MAX_URLS = 8;

type StoredLayer = LayerDescriptor & { readonly digest: Digest };

export class RemoteLayers {
  readonly #registries: Registries;
  readonly #repositories: () => Promise<readonly RepositoryPlace[]>;
  readonly #downloads = new LayerDownloads();
  readonly #places = new Map<Digest, readonly LayerPlace[]>();

  /** `repositories`: what has the image; nothing for images that lie on disk. */
  constructor(registries: Registries, repositories: () => Promise<readonly RepositoryPlace[]>) {
    this.#registries = registries;
    this.#repositories = repositories;
  }

  /** The bytes of a layer, not verified. Throws ImageError; the abort reason passes through. */
  async *open(layer: LayerDescriptor, { signal }: ReadOptions = {}): AsyncGenerator<Buffer> {
    const stored = layer as StoredLayer;
    yield* this.#downloads.stream(stored, await this.#placesOf(stored), signal);
  }

  /** As `rejectLayer` of an image. */
  reject({ digest }: LayerDescriptor): boolean {
    if (digest === undefined) return false;
    return this.#downloads.reject(digest, this.#places.get(digest) ?? []);
  }

  /** The registry first, mirrors before it; then, for foreign layers, the addresses of the manifest in their order. */
  async #placesOf(layer: StoredLayer): Promise<readonly LayerPlace[]> {
    const known = this.#places.get(layer.digest);
    if (known) return known;
    const places = (await this.#repositories()).map((place) => blobPlace(place, layer.digest));
    for (const url of (layer.foreign ? (layer.urls ?? []) : []).slice(0, MAX_URLS)) {
      places.push(...(await this.#foreignPlaces(url, layer)));
    }
    this.#places.set(layer.digest, places);
    return places;
  }

  async #foreignPlaces(text: string, { digest }: StoredLayer): Promise<LayerPlace[]> {
    const url = parseForeignUrl(text);
    if (!url) return [refusedPlace('an address', 'is no HTTPS address and is not used')];
    const repositories =
      url.kind === 'blob' && url.digest === digest
        ? await this.#registries.foreignPlacesOf(url.host, url.repository)
        : [];
    if (repositories.length > 0) return repositories.map((each) => blobPlace(each, digest));
    const [name = ''] = url.host.split(':');
    if (!this.#registries.foreignHosts.allows(name)) {
      const advice = `is not among the hosts that foreign layers may come from; allow it with --foreign-host ${name}`;
      return [refusedPlace(url.host, advice)];
    }
    if (url.kind === 'file') return [this.#registries.foreignFile(url.url)];
    return [refusedPlace(url.host, 'is named for another blob and is not asked')];
  }
}

function blobPlace({ client, repository }: RepositoryPlace, digest: Digest): LayerPlace {
  return {
    host: client.host,
    open: (offset, signal) => client.blob(repository, digest, offset, signal),
  };
}

/** Stands in the list so that the message, when nothing else has the layer, says why this one was not asked. */
function refusedPlace(host: string, reason: string): LayerPlace {
  return {
    host,
    open: () => Promise.reject(new ImageError('REFUSED_ADDRESS', `${host} ${reason}`)),
  };
}
