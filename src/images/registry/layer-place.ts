// The places that hold a layer, tried in order; what one began another may end.
import type { Digest } from '../../base/digest.ts';
import { ImageError } from '../image-error.ts';
import type { LayerDescriptor } from '../image-source.ts';
import type { HttpAnswer } from '../network/http-client.ts';
import { resumedDownload } from '../network/resumed-download.ts';

export interface LayerPlace {
  /** A host, for messages. */
  readonly host: string;
  open(offset: number, signal: AbortSignal | undefined): Promise<HttpAnswer>;
}

/** Which places gave the bytes of which layer, so that those that gave wrong ones can be passed over. */
export class LayerDownloads {
  readonly #used = new Map<Digest, Set<LayerPlace>>();
  readonly #bad = new WeakSet<LayerPlace>();

  /**
   * The bytes of the layer, not verified. Throws ImageError: what the only place says, or, of several, `BLOB_MISSING`
   * with what each of them says.
   */
  async *stream(
    layer: LayerDescriptor & { readonly digest: Digest },
    places: readonly LayerPlace[],
    signal?: AbortSignal,
  ): AsyncGenerator<Buffer> {
    const used = new Set<LayerPlace>();
    this.#used.set(layer.digest, used);
    const failures: ImageError[] = [];
    let offset = 0;
    for (const place of places.filter((each) => !this.#bad.has(each))) {
      try {
        const open = (from: number): Promise<HttpAnswer> => place.open(from, signal);
        for await (const chunk of resumedDownload({ open, offset, sizeBytes: layer.sizeBytes })) {
          used.add(place);
          offset += chunk.length;
          yield chunk;
        }
        return;
      } catch (error) {
        if (!(error instanceof ImageError)) throw error;
        failures.push(error);
      }
    }
    throw unavailable(failures);
  }

  /** Passes over the places that the bytes last came from. `false` when none of `places` is left. */
  reject(digest: Digest, places: readonly LayerPlace[]): boolean {
    for (const place of this.#used.get(digest) ?? []) this.#bad.add(place);
    return places.some((place) => !this.#bad.has(place));
  }
}

function unavailable(failures: readonly ImageError[]): ImageError {
  const [first, ...others] = failures;
  if (first === undefined) {
    return new ImageError('DIGEST_MISMATCH', 'every place that has it gives other bytes');
  }
  if (others.length === 0) return first;
  const reasons = [...new Set(failures.map(({ message }) => message))].join('; ');
  return new ImageError('BLOB_MISSING', `no place has it: ${reasons}`, { cause: first });
}
