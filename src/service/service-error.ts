// What the service answers a client that asked for what it cannot have.
import { ClearstoryError } from '../base/error.ts';

/**
 * - `BAD_REQUEST`: can never work as it was asked: malformed, or an image that nobody can read. Quay does not try again.
 * - `NOT_FOUND`: there is no such thing, or not yet.
 * - `TOO_LARGE`: over a limit that the configuration sets.
 * - `UNAVAILABLE`: not now; the same may work in a moment.
 * - `UPSTREAM_UNAVAILABLE`: the Clair behind us does not answer, or not with what it should; the same may work in a moment.
 * - `INTERNAL`: a fault of ours, or one that the client can do nothing about.
 */
export type ServiceErrorCode =
  | 'BAD_REQUEST'
  | 'NOT_FOUND'
  | 'TOO_LARGE'
  | 'UNAVAILABLE'
  | 'UPSTREAM_UNAVAILABLE'
  | 'INTERNAL';

/** The message reaches the client: it is in ASCII, since Quay cannot read others, and names nothing secret. */
export class ServiceError extends ClearstoryError<ServiceErrorCode> {}
