// What can be wrong with the configuration of the service.
import { ClearstoryError } from '../../base/error.ts';

/**
 * - `UNREADABLE`: a file cannot be read, is too large, or is of a kind that is not known.
 * - `MALFORMED`: a file is no YAML or JSON, or a patch cannot be applied.
 * - `INVALID`: a key is not known, or a value cannot be what it is; the message lists all of them with their places.
 */
export type ConfigurationErrorCode = 'UNREADABLE' | 'MALFORMED' | 'INVALID';

export class ConfigurationError extends ClearstoryError<ConfigurationErrorCode> {}
