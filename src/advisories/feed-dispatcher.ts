// How feeds are reached: through the proxies of the environment, following redirects, trying again.
import { rootCertificates } from 'node:tls';
import { type Dispatcher, EnvHttpProxyAgent, interceptors } from 'undici';

/** The MSRC API takes up to half a minute for a large month; a minute of silence is a dead connection. */
const TIMEOUT_MS = 60_000;

/** `ca`: PEM text of authorities to trust beside Node's. */
export function feedDispatcher(ca?: string): Dispatcher {
  const trust = ca === undefined ? undefined : { ca: [...rootCertificates, ca] };
  return new EnvHttpProxyAgent({
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    ...(trust && { connect: trust, requestTls: trust, proxyTls: trust }),
  }).compose(
    interceptors.redirect({ maxRedirections: 5 }),
    interceptors.retry({ maxRetries: 4, minTimeout: 500, maxTimeout: 15_000 }),
  );
}
