// Makes the parts of the service out of the configuration, and connects them.
import type { Logger } from '../../base/log.ts';
import type { Configuration } from '../../service/configuration/configuration.ts';
import type { ServiceParts } from './service-parts.ts';

/** Waits for the database. Throws ClearstoryError when the service cannot run so. */
export async function composeParts(
  _configuration: Configuration,
  _version: string,
  _log: Logger,
): Promise<ServiceParts> {
  return {
    indexer: undefined,
    matcher: undefined,
    notifier: undefined,
    start: async () => {},
    stop: async () => {},
    drain: async () => {},
    close: async () => {},
  };
}
