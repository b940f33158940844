// What can be wrong with a CVRF document.
import { ClearstoryError } from '../../base/error.ts';

export type CvrfErrorCode = 'MALFORMED' | 'NOT_CVRF' | 'TOO_LARGE';

export class CvrfError extends ClearstoryError<CvrfErrorCode> {}
