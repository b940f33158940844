// The options that all commands of `clearstory ctl` share, as clairctl has them.
import { existsSync } from 'node:fs';
import { readPsk } from '../../service/configuration/read-psk.ts';
import { INTERNAL_ISSUER } from '../../service/tokens/verify-token.ts';
import { CommandError } from '../command-error.ts';
import type { ServiceSecret } from './service-client.ts';

export interface CtlOptions {
  /** Say what is asked of whom. */
  readonly debug?: boolean;
  /** Say nothing but what was asked for, and errors. */
  readonly quiet?: boolean;
  readonly config?: string;
  readonly issuer: string;
}

/** Read when it is there; one that is named must be. */
const DEFAULT_CONFIG = 'config.yaml';

/** What signs our requests; `undefined` when the configuration has no key. Throws ConfigurationError, CommandError. */
export async function readSecret(
  { config, issuer }: CtlOptions,
  environment: NodeJS.ProcessEnv,
): Promise<ServiceSecret | undefined> {
  const named = config ?? (environment.CLAIR_CONF || undefined);
  const psk =
    named !== undefined || existsSync(DEFAULT_CONFIG) ? await readPsk(named ?? DEFAULT_CONFIG) : undefined;
  if (!psk) return undefined;
  if (issuer !== INTERNAL_ISSUER && !psk.issuers.includes(issuer)) {
    throw new CommandError(
      'BAD_OPTION',
      `--issuer ${issuer} is not among those that auth.psk.iss of ${named ?? DEFAULT_CONFIG} lists; name one of ${psk.issuers.join(', ')}, or list it`,
    );
  }
  return { key: psk.key, issuer };
}
