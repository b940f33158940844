// What can be wrong with a servicing manifest.
import { ClearstoryError } from '../../base/error.ts';

export type MumErrorCode = 'MALFORMED' | 'NOT_MUM';

export class MumError extends ClearstoryError<MumErrorCode> {}
