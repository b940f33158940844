// A repository of a registry as a source of manifests, configs and layers.
import { type Digest, digestOf } from '../../base/digest.ts';
import { ImageError } from '../image-error.ts';
import type { ContentSource, LayerDescriptor, ReadOptions } from '../image-source.ts';
import { type Descriptor, MAX_MANIFEST_BYTES } from '../manifest.ts';
import { parseForeignUrl } from './foreign-urls.ts';
import { LayerDownloads, type LayerPlace } from './layer-place.ts';
import { formatReference, type Reference } from './reference.ts';
import type { Registries, RepositoryPlace } from './registries.ts';

/** Microsoft's manifests give one or two addresses for a layer. */
const MAX_URLS = 8;

type StoredLayer = LayerDescriptor & { readonly digest: Digest };

export class RegistrySource implements ContentSource {
  readonly where: string;
  readonly #registries: Registries;
  readonly #reference: Reference;
  readonly #downloads = new LayerDownloads();
  readonly #places = new Map<Digest, readonly LayerPlace[]>();
  /** What the tag led to, so that it is not fetched a second time by its digest. */
  readonly #manifests = new Map<Digest, Buffer>();

  constructor(registries: Registries, reference: Reference) {
    this.#registries = registries;
    this.#reference = reference;
    this.where = formatReference(reference);
  }

  /** What the reference names. Throws ImageError. */
  async root(): Promise<Descriptor> {
    const { tag, digest } = this.#reference;
    if (digest !== undefined) return rootOf(digest);
    const bytes = await this.#fromAnyPlace('tag', ({ client, repository }) =>
      client.manifest(repository, tag ?? 'latest', MAX_MANIFEST_BYTES),
    );
    const found = digestOf(bytes);
    this.#manifests.set(found, bytes);
    return rootOf(found);
  }

  /** A registry holds what its indexes list; where it does not, reading says so. */
  async hasManifest(): Promise<boolean> {
    return true;
  }

  async readManifest(digest: Digest, maxBytes: number): Promise<Buffer> {
    const known = this.#manifests.get(digest);
    if (known) return known;
    const bytes = await this.#fromAnyPlace('digest', ({ client, repository }) =>
      client.manifest(repository, digest, maxBytes),
    );
    this.#manifests.set(digest, bytes);
    return bytes;
  }

  readBlob(digest: Digest, maxBytes: number): Promise<Buffer> {
    return this.#fromAnyPlace('digest', ({ client, repository }) =>
      client.document(repository, digest, maxBytes),
    );
  }

  async *openLayer(layer: LayerDescriptor, { signal }: ReadOptions = {}): AsyncGenerator<Buffer> {
    const stored = layer as StoredLayer;
    yield* this.#downloads.stream(stored, await this.#placesOf(stored), signal);
  }

  rejectLayer(layer: LayerDescriptor): boolean {
    const { digest } = layer as StoredLayer;
    return this.#downloads.reject(digest, this.#places.get(digest) ?? []);
  }

  async close(): Promise<void> {}

  /** The registry first, mirrors before it; then, for foreign layers, the addresses of the manifest in their order. */
  async #placesOf(layer: StoredLayer): Promise<readonly LayerPlace[]> {
    const known = this.#places.get(layer.digest);
    if (known) return known;
    const own = await this.#registries.placesOf(this.#reference, 'digest');
    const places = own.map((place) => blobPlace(place, layer.digest));
    for (const url of (layer.foreign ? (layer.urls ?? []) : []).slice(0, MAX_URLS)) {
      places.push(...(await this.#foreignPlaces(url, layer)));
    }
    this.#places.set(layer.digest, places);
    return places;
  }

  async #foreignPlaces(text: string, { digest }: StoredLayer): Promise<LayerPlace[]> {
    const url = parseForeignUrl(text);
    if (!url) return [refusedPlace('an address', 'is no HTTPS address and is not used')];
    const places =
      url.kind === 'blob' && url.digest === digest
        ? (await this.#registries.foreignPlacesOf(url.host, url.repository)).map((each) =>
            blobPlace(each, digest),
          )
        : [];
    if (places.length > 0) return places;
    const [name = ''] = url.host.split(':');
    if (!this.#registries.foreignHosts.allows(name)) {
      const advice = `is not among the hosts that foreign layers may come from; allow it with --foreign-host ${name}`;
      return [refusedPlace(url.host, advice)];
    }
    if (url.kind === 'file') return [this.#registries.foreignFile(url.url)];
    return [refusedPlace(url.host, 'is named for another blob and is not asked')];
  }

  /** The answer of the first place that has one. Throws ImageError: what the last one, the registry itself, says. */
  async #fromAnyPlace<T>(by: 'tag' | 'digest', read: (place: RepositoryPlace) => Promise<T>): Promise<T> {
    const failures: ImageError[] = [];
    for (const place of await this.#registries.placesOf(this.#reference, by)) {
      try {
        return await read(place);
      } catch (error) {
        if (!(error instanceof ImageError)) throw error;
        failures.push(error);
      }
    }
    const last = failures.at(-1)!;
    if (failures.length === 1) throw last;
    throw new ImageError(last.code, failures.map(({ message }) => message).join('; '), { cause: last });
  }
}

function rootOf(digest: Digest): Descriptor {
  return { mediaType: '', digest, sizeBytes: 0, urls: [], annotations: new Map() };
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
