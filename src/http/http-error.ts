// What can keep the service from listening.
import { ClearstoryError } from '../base/error.ts';

/**
 * - `ADDRESS`: the address cannot be listened on: it is in use, not this machine's, or not permitted.
 * - `CERTIFICATE`: certificate or key cannot be read, or do not belong together.
 */
export type HttpErrorCode = 'ADDRESS' | 'CERTIFICATE';

export class HttpError extends ClearstoryError<HttpErrorCode> {}
