// Puts into one sentence what went wrong on the way to a host, with what to do about it.
import { ImageError } from '../image-error.ts';
import { AddressRefused } from './guarded-connection.ts';

/** A host without its path, query and credentials: what follows may be signed, and is of no use to the reader. */
export function shownHost(url: URL): string {
  return url.port === '' ? url.hostname : `${url.hostname}:${url.port}`;
}

/** Certificates that do not convince: trying again changes nothing. */
const CERTIFICATES: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'is of an authority that is not trusted; name it by --cacert FILE',
  UNABLE_TO_GET_ISSUER_CERT: 'is of an authority that is not trusted; name it by --cacert FILE',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'is of an authority that is not trusted; name it by --cacert FILE',
  SELF_SIGNED_CERT_IN_CHAIN: 'is of an authority that is not trusted; name it by --cacert FILE',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is signed by nobody else; name it by --cacert FILE',
  CERT_HAS_EXPIRED: 'has expired; the registry needs a new one',
  CERT_NOT_YET_VALID: 'is not valid yet; check the clock',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another name; check the address',
};

const PHRASES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name cannot be resolved; check the spelling and the DNS',
  EAI_AGAIN: 'its name cannot be resolved now; check the DNS',
  ECONNREFUSED: 'it refuses the connection; check the port, and whether the registry runs',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the connection was cut',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it; check the network',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer; check the network and the proxy settings',
  UND_ERR_HEADERS_TIMEOUT: 'it accepted the request and never answered',
  UND_ERR_BODY_TIMEOUT: 'it stopped sending',
};

/** The system's code for what went wrong, looked for behind wrappers and in groups of attempts. */
export function codeOf(error: unknown): string {
  const { code, cause, errors } = error as { code?: string; cause?: unknown; errors?: readonly unknown[] };
  if (code !== undefined && code !== 'UND_ERR_CONNECT') return code;
  if (cause !== undefined) return codeOf(cause);
  return errors?.[0] === undefined ? '' : codeOf(errors[0]);
}

/** Whether another try may go better. */
export function isTransient(error: unknown): boolean {
  const code = codeOf(error);
  if (error instanceof ImageError || (error as Error).name === 'AbortError') return false;
  return !(
    code === 'ADDRESS_REFUSED' ||
    code === 'ENOTFOUND' ||
    code === 'EPROTO' ||
    code.startsWith('ERR_SSL_') ||
    code.startsWith('ERR_TLS_') ||
    code.startsWith('HPE_') ||
    code in CERTIFICATES
  );
}

/** The ImageError for a failed exchange with the host of `url`. */
export function exchangeFailure(url: URL, error: unknown): ImageError {
  if (error instanceof ImageError) return error;
  const host = shownHost(url);
  const code = codeOf(error);
  if (code === 'ADDRESS_REFUSED') {
    return new ImageError('REFUSED_ADDRESS', `${host} is not contacted: ${refusalOf(error)}`, {
      cause: error,
    });
  }
  const untrusted = CERTIFICATES[code];
  if (untrusted !== undefined) {
    return new ImageError('UNTRUSTED', `${host}: its certificate ${untrusted}`, { cause: error });
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_') || code.startsWith('HPE_')) {
    const spoken = url.protocol === 'https:' ? 'TLS; if it speaks plain HTTP, use --insecure' : 'HTTP';
    return new ImageError('UNREACHABLE', `${host} does not speak ${spoken}`, { cause: error });
  }
  const proxyStatus = /Proxy response \((\d+)\)/.exec((error as Error).message)?.[1];
  if (proxyStatus !== undefined) {
    return new ImageError(
      'UNREACHABLE',
      `${host} cannot be reached: the proxy answers HTTP ${proxyStatus}; check HTTPS_PROXY and its credentials, or add the host to NO_PROXY`,
      { cause: error },
    );
  }
  const phrase = PHRASES[code] ?? (code || 'the exchange failed');
  return new ImageError('UNREACHABLE', `${host} cannot be reached: ${phrase}`, { cause: error });
}

function refusalOf(error: unknown): string {
  for (let each = error; each !== undefined; each = (each as Error).cause) {
    if (each instanceof AddressRefused) return each.message;
  }
  return 'its address is not permitted';
}
