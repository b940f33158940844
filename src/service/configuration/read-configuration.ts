// Reads the configuration of the service: Clair's files and variables, and our section in them.
import type { Configuration } from './configuration.ts';
import { loadDocument, NO_DOCUMENT } from './configuration-document.ts';
import { ConfigurationError } from './configuration-error.ts';
import { MODES, type Mode, parseMode } from './mode.ts';
import { readSettings } from './read-settings.ts';

/**
 * `path` and `mode` are what the command line gives; without them CLAIR_CONF and CLAIR_MODE count. No file at all is
 * a configuration too: everything default, for this machine alone. Throws ConfigurationError.
 */
export async function readConfiguration(
  path: string | undefined,
  environment: NodeJS.ProcessEnv,
  mode?: string,
): Promise<Configuration> {
  const file = path ?? (environment.CLAIR_CONF || undefined);
  const chosen = chooseMode(mode, environment);
  const document = file === undefined ? NO_DOCUMENT : await loadDocument(file);
  return readSettings(document, chosen, environment);
}

function chooseMode(given: string | undefined, { CLAIR_MODE }: NodeJS.ProcessEnv): Mode {
  const text = given ?? (CLAIR_MODE || 'combo');
  const mode = parseMode(text);
  if (mode) return mode;
  const from = given === undefined ? 'CLAIR_MODE' : '--mode';
  throw new ConfigurationError(
    'INVALID',
    `${from} ${JSON.stringify(text)} must be one of ${MODES.join(', ')}`,
  );
}
