// What can be wrong with a file that lists libraries.
import { ClearstoryError } from '../../base/error.ts';

export type DependencyFileErrorCode = 'MALFORMED' | 'TOO_LARGE';

export class DependencyFileError extends ClearstoryError<DependencyFileErrorCode> {}
