// What can go wrong between the command and the service that it talks to.
import { ClearstoryError } from '../../base/error.ts';

/**
 * - `UNREACHABLE`: nobody answers at the address of the service.
 * - `REFUSED`: the service answers, but not with what was asked for.
 * - `BAD_ANSWER`: what answers is no Clair, or an answer of it is damaged.
 * - `NOT_INDEXED`: the service could not read the image.
 */
export type CtlErrorCode = 'UNREACHABLE' | 'REFUSED' | 'BAD_ANSWER' | 'NOT_INDEXED';

export class CtlError extends ClearstoryError<CtlErrorCode> {}
