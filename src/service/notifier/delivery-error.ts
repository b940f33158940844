// Why a set of notifications could not be handed over.
import { ClearstoryError } from '../../base/error.ts';

/**
 * - `UNREACHABLE`: no connection, or it was cut.
 * - `SILENT`: connected, and no answer in time.
 * - `REFUSED`: answered, and it is a no.
 * - `UNROUTED`: the broker took the message and has nobody to give it to.
 * - `SETTINGS`: a file that the configuration names cannot be used.
 */
export type DeliveryErrorCode = 'UNREACHABLE' | 'SILENT' | 'REFUSED' | 'UNROUTED' | 'SETTINGS';

export class DeliveryError extends ClearstoryError<DeliveryErrorCode> {}
