// What can be wrong with a compressed stream.
import { ClearstoryError } from '../../base/error.ts';

/**
 * - `TRUNCATED`: the stream ends in the middle of a compressed frame.
 * - `CORRUPT`: the bytes are not what their magic number promises, or a checksum inside them is wrong.
 * - `RATIO`: the stream grows so much when decompressed that only a decompression bomb explains it.
 * - `TOO_LARGE`: more memory is needed than the caller, or this decoder, allows.
 */
export type CompressionErrorCode = 'TRUNCATED' | 'CORRUPT' | 'RATIO' | 'TOO_LARGE';

/** The only error decompression throws; failures of the source itself pass through unchanged. */
export class CompressionError extends ClearstoryError<CompressionErrorCode> {}
