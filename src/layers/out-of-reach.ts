// Which layers may be done without: foreign ones that nobody has, or that nobody may ask for.
import { ImageError, type ImageErrorCode } from '../images/image-error.ts';
import type { LayerDescriptor } from '../images/image-source.ts';

/** What keeps a layer away and is no fault of its bytes. */
const OUT_OF_REACH: readonly ImageErrorCode[] = [
  'BLOB_MISSING',
  'NOT_FOUND',
  'UNREACHABLE',
  'UNAUTHORIZED',
  'UNTRUSTED',
  'REFUSED_ADDRESS',
  'NOT_A_REGISTRY',
  'RATE_LIMITED',
];

/** Why the layer could not be had, when it may legally be missing; of all others the failure stands: `undefined`. */
export function reasonOutOfReach(layer: LayerDescriptor, error: unknown): string | undefined {
  const cause = (error as Error).cause;
  if (!layer.foreign || !(cause instanceof ImageError)) return undefined;
  return OUT_OF_REACH.includes(cause.code) ? cause.message : undefined;
}
