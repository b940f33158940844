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
  /** Layers of which the bytes of several places did not fit together: from now on each place is taken alone. */
  readonly #apart = new Set<Digest>();

  /**
   * The bytes of the layer, not verified. Throws ImageError: what the only place says, or, of several, `BLOB_MISSING`
   * with what each of them says; `DIGEST_MISMATCH` when another try may go better.
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
        if (offset > 0 && this.#apart.has(layer.digest)) {
          throw new ImageError('DIGEST_MISMATCH', error.message, { cause: error });
        }
        failures.push(error);
      }
    }
    const bad = places.filter((each) => this.#bad.has(each)).map(({ host }) => host);
    throw bad.length > 0 ? otherBytes(bad, failures) : unavailable(failures);
  }

  /** Passes over the place that the bytes last came from. `false` when there were none, or no place is left. */
  reject(digest: Digest, places: readonly LayerPlace[]): boolean {
    const used = this.#used.get(digest) ?? new Set();
    if (used.size === 0) return false;
    // Which of several gave the wrong ones nobody can tell.
    if (used.size > 1) this.#apart.add(digest);
    else for (const place of used) this.#bad.add(place);
    return places.some((place) => !this.#bad.has(place));
  }
}

/** Not to be mistaken for a layer that is out of reach: somebody may be tampering with it. */
function otherBytes(hosts: readonly string[], failures: readonly ImageError[]): ImageError {
  const reasons = [
    `${hosts.join(', ')} ${hosts.length === 1 ? 'gives' : 'give'} other bytes than its digest names`,
    ...failures.map(({ message }) => message),
  ];
  return new ImageError('DIGEST_MISMATCH', [...new Set(reasons)].join('; '));
}

function unavailable(failures: readonly ImageError[]): ImageError {
  const [first, ...others] = failures;
  if (first !== undefined && others.length === 0) return first;
  const reasons = [...new Set(failures.map(({ message }) => message))].join('; ');
  return new ImageError('BLOB_MISSING', `no place has it: ${reasons || 'none is known'}`);
}
