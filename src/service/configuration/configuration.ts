// Everything that the service is told before it starts, defaults applied.
import type { PskSettings } from './auth-settings.ts';
import type { ClearstorySettings } from './clearstory-settings.ts';
import type { DatabaseSettings } from './database-settings.ts';
import type { IndexerSettings } from './indexer-settings.ts';
import type { ListenAddress } from './listen-address.ts';
import type { MatcherSettings } from './matcher-settings.ts';
import type { MetricsSettings } from './metrics-settings.ts';
import type { Mode } from './mode.ts';
import type { NotifierSettings } from './notifier-settings.ts';
import type { TlsSettings } from './tls-settings.ts';
import type { TraceSettings } from './trace-settings.ts';

export interface Configuration {
  /** Where it was read from; `undefined`: no file was named, so all is default and we listen on loopback alone. */
  readonly file: string | undefined;
  readonly mode: Mode;
  readonly httpListenAddress: ListenAddress;
  readonly introspectionAddress: ListenAddress;
  readonly logLevel: LogLevel;
  /** `undefined`: plain HTTP. */
  readonly tls: TlsSettings | undefined;
  readonly database: DatabaseSettings;
  readonly indexer: IndexerSettings;
  readonly matcher: MatcherSettings;
  readonly notifier: NotifierSettings;
  /** `undefined`: everybody who reaches the API may use it. */
  readonly auth: PskSettings | undefined;
  readonly trace: TraceSettings;
  readonly metrics: MetricsSettings;
  readonly clearstory: ClearstorySettings;
  /** What was accepted and has no effect, or not the one that was meant: sentences for the log. */
  readonly warnings: readonly string[];
}

/** One of pino's; Clair's `debug-color` and `panic` have no counterpart and are `debug` and `fatal`. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal';
