// Why a layer could not be read, by what follows from it for the manifest and for others that have the layer.
import { ClearstoryError } from '../../base/error.ts';
import { CompressionError } from '../../formats/compression/compression-error.ts';
import { TarError } from '../../formats/tar/tar-error.ts';
import { ImageError, type ImageErrorCode } from '../../images/image-error.ts';
import { LayerError } from '../../layers/layer-error.ts';
import { asciiSentence } from './ascii-sentence.ts';

/**
 * - `IMPOSSIBLE`: these bytes, proven by their digest to be the layer's, hold no archive; nobody will ever read them.
 * - `OVER_LIMIT`: the layer's own bytes break a limit; another version, or other settings, may read them.
 * - `NOT_THERE`: the address gives something else, or nothing, or may not be asked.
 * - `NOT_NOW`: the same may work in a moment, or with a new token.
 */
export type LayerFailureCode = 'IMPOSSIBLE' | 'OVER_LIMIT' | 'NOT_THERE' | 'NOT_NOW';

/** The message is ASCII and names the layer and its host. */
export class LayerFailure extends ClearstoryError<LayerFailureCode> {
  /** Whether it lies in the bytes: then nobody else needs to try, wherever they would get them from. */
  get isOfContent(): boolean {
    return this.code === 'IMPOSSIBLE' || this.code === 'OVER_LIMIT';
  }
}

/** What will not get better by asking the same address again soon. */
const NOT_THERE: readonly ImageErrorCode[] = [
  'BLOB_MISSING',
  'NOT_FOUND',
  'REFUSED_ADDRESS',
  'NOT_A_REGISTRY',
  'DIGEST_MISMATCH',
];

/** Archives that are whole and sound, but more than we take. */
const LIMITS: readonly string[] = ['TOO_LARGE', 'TOO_MANY_ENTRIES', 'RATIO'];

/** `where` begins the sentence: `layer sha256:0123... from host`. */
export function layerFailure(where: string, error: unknown): LayerFailure {
  if (error instanceof LayerFailure) return error;
  const message = (error as Error).message;
  const stated = message.startsWith(where) ? message : `${where}: ${message}`;
  return new LayerFailure(codeOf(error), asciiSentence(stated), { cause: error });
}

function codeOf(error: unknown): LayerFailureCode {
  const cause = error instanceof LayerError ? (error.cause ?? error) : error;
  if (cause instanceof ImageError) return NOT_THERE.includes(cause.code) ? 'NOT_THERE' : 'NOT_NOW';
  if (cause instanceof TarError || cause instanceof CompressionError) {
    return LIMITS.includes(cause.code) ? 'OVER_LIMIT' : 'IMPOSSIBLE';
  }
  if (!(cause instanceof LayerError)) return 'NOT_NOW';
  // A name that we refuse is no proof that the layer is none: another version may see it in another light.
  return cause.code === 'DIGEST_MISMATCH' ? 'NOT_THERE' : 'OVER_LIMIT';
}
