// Index reports of manifests that are stored, rendered once.
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import type { IndexedImage } from '../../model/indexed-image.ts';
import type { RenderedBody } from '../../model/rendered-body.ts';
import { renderIndexReport } from '../../reports/clair/index-report.ts';
import type { ManifestStore, StoredManifest } from './indexer-stores.ts';

interface Cached {
  readonly manifest: StoredManifest;
  readonly body: RenderedBody;
}

const compress = promisify(gzip);

/** What an entry costs beside its body. */
const OVERHEAD_BYTES = 1_000;

export class IndexReports {
  readonly #manifests: Pick<ManifestStore, 'image'>;
  readonly #cache: LRUCache<string, Cached>;

  constructor(manifests: Pick<ManifestStore, 'image'>, cacheBytes: number) {
    this.#manifests = manifests;
    this.#cache = new LRUCache({
      maxSize: cacheBytes,
      sizeCalculation: ({ body }) => body.plainBytes + (body.gzipBytes ?? 0) + OVERHEAD_BYTES,
    });
  }

  /** Throws StoreError. */
  async of(manifest: StoredManifest): Promise<RenderedBody> {
    const cached = this.#cache.get(manifest.digest);
    // Another replica may have indexed it anew.
    if (cached && isSame(cached.manifest, manifest)) return cached.body;
    const image = manifest.image === undefined ? undefined : await this.#manifests.image(manifest.image);
    const body = await withGzip(this.render(manifest, image));
    this.#cache.set(manifest.digest, { manifest, body });
    return body;
  }

  render(manifest: Omit<StoredManifest, 'image'>, image: IndexedImage | undefined): RenderedBody {
    return renderIndexReport(manifest, image);
  }
}

/** Compressed once: Quay asks for gzip always. */
async function withGzip(body: RenderedBody): Promise<RenderedBody> {
  const compressed = await compress(Buffer.concat(body.plain));
  return { ...body, gzip: [compressed], gzipBytes: compressed.length };
}

/** Images are never changed, and a manifest has the layers that its digest names. */
function isSame(one: StoredManifest, other: StoredManifest): boolean {
  return (
    one.image === other.image &&
    one.state === other.state &&
    one.err === other.err &&
    one.layers.length === other.layers.length &&
    one.layers.every((layer, index) => layer === other.layers[index])
  );
}
