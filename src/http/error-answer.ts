// The one table of failures: which status each has, and what the client is told of it.
import { ClearstoryError } from '../base/error.ts';
import { ImageError } from '../images/image-error.ts';
import { LayerError } from '../layers/layer-error.ts';
import { ServiceError, type ServiceErrorCode } from '../service/service-error.ts';
import { StoreError } from '../store/store-error.ts';
import { type Answer, textBody } from './answer.ts';

/** Clair's codes; those of 413, 502 and 503, which it does not answer, are ours. */
const CODES: Readonly<Record<number, string>> = {
  400: 'bad-request',
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'too-large',
  429: 'too-many-requests',
  502: 'upstream-unavailable',
  503: 'unavailable',
};

const SERVICE: Readonly<Record<ServiceErrorCode, number>> = {
  BAD_REQUEST: 400,
  NOT_FOUND: 404,
  TOO_LARGE: 413,
  UNAVAILABLE: 503,
  UPSTREAM_UNAVAILABLE: 502,
  INTERNAL: 500,
};

/** Seconds after which the same is worth another try: a database is back, or another replica has taken over. */
const RETRY_AFTER = '5';

/** Failures with these statuses may pass by themselves. */
const PASSING: readonly number[] = [429, 502, 503];

/**
 * Upstream announces a trailer, Clair-Error, for failures after the status was sent. Here every body is complete before
 * its first byte leaves, so only the connection can fail then, and a cut is visible by Content-Length: there is no trailer.
 */
export function errorAnswer(status: number, message: string): Answer {
  const code = CODES[status] ?? 'internal-error';
  return {
    status,
    headers: {
      'x-content-type-options': 'nosniff',
      ...(PASSING.includes(status) && { 'retry-after': RETRY_AFTER }),
    },
    mediaType: 'application/json',
    body: textBody(ascii(JSON.stringify({ code, message }))),
  };
}

/** What a thrown failure is answered with; `undefined`: nobody has foreseen it, and nothing of it may be shown. */
export function answerOf(error: unknown): Answer | undefined {
  if (error instanceof ServiceError) return errorAnswer(SERVICE[error.code], error.message);
  // The message names hosts and versions, which are none of the client's business; the log has it.
  if (error instanceof StoreError && error.code === 'UNAVAILABLE') {
    return errorAnswer(503, 'the database does not answer; the same may work in a moment');
  }
  // The indexer turns what is wrong with images into reports, so these come from elsewhere; their messages are for users.
  if (error instanceof ImageError || error instanceof LayerError) return errorAnswer(500, error.message);
  return undefined;
}

/** Whether it needs a line of its own in the log, beside that of the request. */
export function isFault(error: unknown): boolean {
  return !(error instanceof ClearstoryError) || (error instanceof StoreError && error.code !== 'UNAVAILABLE');
}

/** Quay reads the body of a 400 as ASCII and fails on anything else. */
function ascii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
