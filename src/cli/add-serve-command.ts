// Adds `clearstory serve` to the command line; what it runs is loaded when it is called.
import { type Command, CommanderError } from 'commander';
import type { ServeOptions } from './serve-command.ts';

/** As Clair has it: what is wrong with options or the configuration, apart from what goes wrong later. */
const EXIT_USAGE = 2;

export function addServeCommand(program: Command, version: string): void {
  program
    .command('serve')
    .description('run the service that registries ask: the API of Clair v4, for Windows images')
    .option('-c, --config <file>', "Clair's configuration file, .yaml or .json (CLAIR_CONF)")
    .option('-m, --mode <mode>', 'combo, indexer, matcher or notifier (CLAIR_MODE; default: combo)')
    .addHelpText(
      'after',
      `
Without a configuration it keeps its database in its data directory and listens
on 127.0.0.1 alone, at port 6060, and at 8089 for health and metrics.

Exit codes: 0 it was ended by SIGTERM or SIGINT, 1 it could not run, 2 its
options or its configuration are wrong.

Examples:
  clearstory serve
  clearstory serve --config /etc/clearstory/config.yaml
  CLAIR_CONF=config.yaml CLAIR_MODE=indexer clearstory serve`,
    )
    .exitOverride((error) => {
      throw error.exitCode === 0 ? error : new CommanderError(EXIT_USAGE, error.code, error.message);
    })
    .action(async (options: ServeOptions) => {
      const { serveCommand } = await import('./serve-command.ts');
      process.exitCode = await serveCommand(options, version);
    });
}
