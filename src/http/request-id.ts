// The id that ties an answer to the lines of the log: the client's own if it is sane, else a new one.
import { randomUUID } from 'node:crypto';

/** What proxies and tracing systems make; anything else could forge lines in somebody's log viewer. */
const SANE = /^[A-Za-z0-9._~+/=:@-]{1,128}$/;

export function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && SANE.test(header) ? header : randomUUID();
}
