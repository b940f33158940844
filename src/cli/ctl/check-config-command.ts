// `clearstory ctl check-config`: what files of a configuration come to, drop-ins included, and whether they can be used.
import { stringify } from 'yaml';
import { loadDocument } from '../../service/configuration/configuration-document.ts';
import { ConfigurationError } from '../../service/configuration/configuration-error.ts';
import { readConfiguration } from '../../service/configuration/read-configuration.ts';
import { EXIT_ERROR, EXIT_OK } from '../exit-codes.ts';
import { reportFailure } from '../failure.ts';
import type { CtlOptions } from './ctl-options.ts';

export interface CheckConfigOptions extends CtlOptions {
  readonly out: 'json' | 'yaml';
}

/** Prints the merged configuration before defaults, secrets included; what is wrong with it goes to standard error. */
export async function checkConfigCommand(
  files: readonly string[],
  { out, quiet }: CheckConfigOptions,
): Promise<number> {
  let isGood = true;
  for (const file of files) {
    try {
      const { value } = await loadDocument(file);
      const { warnings } = await readConfiguration(file, process.env);
      if (!quiet) for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
      process.stdout.write(
        out === 'json' ? `${JSON.stringify(value, undefined, '\t')}\n` : `${stringify(value)}`,
      );
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      reportFailure(error);
      isGood = false;
    }
  }
  return isGood ? EXIT_OK : EXIT_ERROR;
}
