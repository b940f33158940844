// Puts into a sentence why a connection to a receiver of notifications failed, without repeating what may be secret.
import { DeliveryError } from './delivery-error.ts';

const PHRASES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name cannot be resolved; check the spelling and the DNS',
  EAI_AGAIN: 'its name cannot be resolved now; check the DNS',
  ECONNREFUSED: 'it refuses the connection; check the port, and whether it runs',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer; check the network',
  ETIMEDOUT: 'it does not answer; check the network',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it; check the network',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'its certificate is of an authority that is not trusted; name it in the configuration',
  SELF_SIGNED_CERT_IN_CHAIN:
    'its certificate is of an authority that is not trusted; name it in the configuration',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate is of an authority that is not trusted; name it in the configuration',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate is of an authority that is not trusted; name it in the configuration',
};

/** `host`: without credentials. Messages of drivers are left out: they may hold what was sent. */
export function networkFailure(host: string, error: unknown): DeliveryError {
  const code = codeOf(error);
  const phrase = PHRASES[code] ?? (code ? `the connection failed (${code})` : 'the connection failed');
  return new DeliveryError('UNREACHABLE', `${host} cannot be reached: ${phrase}`, { cause: error });
}

/** The system's code, looked for behind wrappers and in groups of attempts. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: readonly unknown[] };
  if (typeof code === 'string') return code;
  return codeOf(cause) || codeOf(errors?.[0]);
}
