// Connects to the service that the options name.

import { CommandError } from '../command-error.ts';
import { readAuthority } from '../network-options.ts';
import { type CtlOptions, readSecret } from './ctl-options.ts';
import { ServiceClient } from './service-client.ts';

export interface ServiceOptions extends CtlOptions {
  readonly host: string;
  readonly cacert?: string;
}

/** Throws CommandError, ConfigurationError. */
export async function openService(
  options: ServiceOptions,
  environment: NodeJS.ProcessEnv,
): Promise<ServiceClient> {
  const host = URL.canParse(options.host) ? new URL(options.host) : undefined;
  if (!host || !/^https?:$/.test(host.protocol)) {
    throw new CommandError('BAD_OPTION', '--host must be an address such as http://localhost:6060/');
  }
  return new ServiceClient({
    host,
    secret: await readSecret(options, environment),
    ca: options.cacert === undefined ? undefined : await readAuthority(options.cacert),
    debug: options.debug ? (line) => process.stderr.write(`${line}\n`) : () => undefined,
  });
}
