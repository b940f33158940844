// Puts into one sentence, in ASCII, what went wrong with the Clair behind us.
import { codeOf, shownHost } from '../../images/network/http-failure.ts';
import { ServiceError } from '../service-error.ts';

const PHRASES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name cannot be resolved',
  EAI_AGAIN: 'its name cannot be resolved now',
  ECONNREFUSED: 'it refuses the connection',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the connection was cut',
  UND_ERR_CONNECT_TIMEOUT: 'it cannot be connected to',
  UND_ERR_DESTROYED: 'this service is shutting down',
  UND_ERR_CLOSED: 'this service is shutting down',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  ETIMEDOUT: 'it does not answer',
};

/** Enough for the reason; the rest of a long message is a stack of wrapped ones. */
const LONGEST_MESSAGE = 300;

/** `UPSTREAM_UNAVAILABLE`: the same request may work in a moment. `problem` is a clause: `answers HTTP 502`. */
export function unavailable(base: URL, problem: string, cause?: unknown): ServiceError {
  return new ServiceError(
    'UPSTREAM_UNAVAILABLE',
    `the upstream Clair at ${shownHost(base)} ${problem}; images without Windows wait for it`,
    { cause },
  );
}

export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

/** For an exchange that brought no answer. */
export function exchangeProblem(base: URL, error: unknown, timeoutMs: number): ServiceError {
  if (error instanceof ServiceError) return error;
  if (isTimeout(error)) {
    return unavailable(base, `did not answer within ${Math.ceil(timeoutMs / 1000)} seconds`, error);
  }
  const code = codeOf(error);
  const phrase = PHRASES[code] ?? (/CERT|SIGNATURE|ISSUER|TLS|SSL|EPROTO/.test(code) ? tls(code) : code);
  return unavailable(base, `cannot be reached: ${phrase || 'the exchange failed'}`, error);
}

/**
 * What an upstream says of its failure, fit to be passed on: in ASCII, short, and of addresses no more than the host,
 * because those of layers are signed.
 */
export function upstreamMessage(body: Buffer): string {
  let message: unknown;
  try {
    message = (JSON.parse(body.toString('utf8')) as { message?: unknown }).message;
  } catch {
    // A proxy's page; not worth showing.
  }
  if (typeof message !== 'string') return '';
  return message
    .replace(/\b(https?:\/\/)(?:[^\s/"'?#]*@)?([^\s/"'?#]*)[^\s"']*/gi, '$1$2/...')
    .replace(/\bBearer\s+\S+/gi, 'Bearer ...')
    .replace(/[^\x20-\x7e]+/g, '?')
    .slice(0, LONGEST_MESSAGE);
}

function tls(code: string): string {
  return `its TLS or certificate is not accepted (${code}); clearstory.ca_file names an authority to trust`;
}
