// Structured logs: one JSON object a line, with the id of the request that caused it, and without secrets.
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Logger, pino } from 'pino';

export type { Logger };

/** What every line that is written while a request is served carries. */
export interface LogContext {
  readonly requestId: string;
}

export const logContext = new AsyncLocalStorage<LogContext>();

/** Whatever object is logged by mistake: these never show. */
const SECRETS = ['authorization', 'headers', 'uri', 'url', 'connstring', 'key', 'password', 'passcode'];

/** `level` is one of pino's, or `silent`. Lines go to standard error: standard output is for results. */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      mixin: () => ({ ...logContext.getStore() }),
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' },
    },
    pino.destination({ dest: 2, sync: false }),
  );
}
