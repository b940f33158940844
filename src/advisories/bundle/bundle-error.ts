// What can be wrong with a file that carries advisories to where there is no network.
import { ClearstoryError } from '../../base/error.ts';

/**
 * - `NOT_A_BUNDLE`: neither our own file nor Clair's.
 * - `NEWER_FORMAT`: written by a newer version.
 * - `TRUNCATED`, `CORRUPT`: it was cut or changed on the way.
 * - `TOO_LARGE`: beyond every limit that a real one stays under.
 * - `REFUSED`: it is intact, but would take back what is known here.
 */
export type BundleErrorCode =
  | 'NOT_A_BUNDLE'
  | 'NEWER_FORMAT'
  | 'TRUNCATED'
  | 'CORRUPT'
  | 'TOO_LARGE'
  | 'REFUSED';

export class BundleError extends ClearstoryError<BundleErrorCode> {}
