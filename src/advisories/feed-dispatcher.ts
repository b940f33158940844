// How feeds are reached: through the proxies of the environment, following redirects, trying again.
import { type Dispatcher, EnvHttpProxyAgent, interceptors } from 'undici';

/** The MSRC API takes up to half a minute for a large month; a minute of silence is a dead connection. */
const TIMEOUT_MS = 60_000;

export function feedDispatcher(): Dispatcher {
  return new EnvHttpProxyAgent({ headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS }).compose(
    interceptors.redirect({ maxRedirections: 5 }),
    interceptors.retry({ maxRetries: 4, minTimeout: 500, maxTimeout: 15_000 }),
  );
}
