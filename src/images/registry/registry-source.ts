// A repository of a registry as a source of manifests, configs and layers.
import { type Digest, digestOf } from '../../base/digest.ts';
import { ImageError } from '../image-error.ts';
import type { ContentSource, LayerDescriptor, ReadOptions } from '../image-source.ts';
import { type Descriptor, MAX_MANIFEST_BYTES } from '../manifest.ts';
import { formatReference, type Reference } from './reference.ts';
import type { Registries, RepositoryPlace } from './registries.ts';
import { RemoteLayers } from './remote-layers.ts';

export class RegistrySource implements ContentSource {
  readonly where: string;
  readonly #registries: Registries;
  readonly #reference: Reference;
  readonly #layers: RemoteLayers;
  /** What the tag led to, so that it is not fetched a second time by its digest. */
  readonly #manifests = new Map<Digest, Buffer>();

  constructor(registries: Registries, reference: Reference) {
    this.#registries = registries;
    this.#reference = reference;
    this.#layers = new RemoteLayers(registries, () => registries.placesOf(reference, 'digest'));
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

  openLayer(layer: LayerDescriptor, options?: ReadOptions): AsyncIterable<Buffer> {
    return this.#layers.open(layer, options);
  }

  rejectLayer(layer: LayerDescriptor): boolean {
    return this.#layers.reject(layer);
  }

  async close(): Promise<void> {}

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
