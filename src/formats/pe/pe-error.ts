// What can be wrong with a PE file.
import { ClearstoryError } from '../../base/error.ts';

/**
 * - `TRUNCATED`: the file ends inside a structure that its headers promise.
 * - `CORRUPT`: a structure contradicts the format.
 * - `TOO_LARGE`: a structure is over a limit of this reader.
 */
export type PeErrorCode = 'TRUNCATED' | 'CORRUPT' | 'TOO_LARGE';

/**
 * Thrown between the parsers of this folder. PeReader turns it into `PeFacts.damaged`, because broken executables are
 * ordinary content of an image and must not end a scan.
 */
export class PeError extends ClearstoryError<PeErrorCode> {}
