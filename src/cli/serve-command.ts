// `clearstory serve`: reads the configuration, runs the service until a signal ends it, and says what went wrong.
import { createLogger } from '../base/log.ts';
import type { Configuration } from '../service/configuration/configuration.ts';
import { ConfigurationError } from '../service/configuration/configuration-error.ts';
import { readConfiguration } from '../service/configuration/read-configuration.ts';
import { EXIT_ERROR, EXIT_OK } from './exit-codes.ts';
import { reportFailure } from './failure.ts';
import { endOfService } from './serve/end-signal.ts';
import { startService } from './serve/start-service.ts';
import { unsecuredNotice } from './serve/unsecured-notice.ts';

export interface ServeOptions {
  readonly config?: string;
  readonly mode?: string;
}

const EXIT_USAGE = 2;

/** Returns the exit code when the service has ended. */
export async function serveCommand(options: ServeOptions, version: string): Promise<number> {
  let configuration: Configuration;
  try {
    configuration = await readConfiguration(options.config, process.env, options.mode);
  } catch (error) {
    return failed(error);
  }
  const log = createLogger(configuration.logLevel);
  process.on('uncaughtException', (error) => {
    // Nobody knows what state we are in; whoever supervises us starts us again, and others take over what was promised.
    log.fatal({ err: error }, 'a fault in clearstory itself, please report it');
    process.exit(EXIT_ERROR);
  });
  for (const warning of configuration.warnings) log.warn(warning);
  process.stderr.write(unsecuredNotice(configuration));
  try {
    const ended = endOfService();
    const starting = startService(configuration, version, log);
    const service = await Promise.race([starting, ended]);
    // Nothing has been promised to anybody yet, so there is nothing to bring to an end.
    if (typeof service === 'string') process.exit(EXIT_OK);
    const signal = await ended;
    log.info({ signal }, 'ending: what is being answered gets some time');
    await service.end();
    return EXIT_OK;
  } catch (error) {
    return failed(error);
  }
}

/** Certificates are read where they are used, so that what is wrong with the configuration may show late. */
function failed(error: unknown): number {
  const code = reportFailure(error);
  return error instanceof ConfigurationError ? EXIT_USAGE : code;
}
