// What all parts of the service are made of.
import type { Logger } from '../../base/log.ts';
import type { Configuration } from '../../service/configuration/configuration.ts';
import type { Database } from '../../store/database.ts';

export interface Ground {
  readonly configuration: Configuration;
  readonly version: string;
  /** PEM of authorities to trust beside Node's. */
  readonly ca: string | undefined;
  readonly database: Database;
  readonly log: Logger;
}
