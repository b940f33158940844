// What can go wrong between the service and its database.
import { ClearstoryError } from '../base/error.ts';

/**
 * - `UNAVAILABLE`: the database cannot be reached, or went away; the same may work in a moment.
 * - `IN_USE`: another process has the data directory.
 * - `SCHEMA`: the schema is newer than this version, older and migrations are off, or was changed by hand.
 * - `BAD_CONNECTION`: the connection string, or what it names, cannot be used; somebody has to change it.
 * - `FAILED`: a statement was refused; a fault of ours.
 */
export type StoreErrorCode = 'UNAVAILABLE' | 'IN_USE' | 'SCHEMA' | 'BAD_CONNECTION' | 'FAILED';

export class StoreError extends ClearstoryError<StoreErrorCode> {}
