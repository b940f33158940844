// What can be wrong with a zip archive.
import { ClearstoryError } from '../../base/error.ts';

export type ZipErrorCode = 'NOT_ZIP' | 'DAMAGED' | 'TOO_LARGE';

export class ZipError extends ClearstoryError<ZipErrorCode> {}
