// The commands that carry advisories to where there is no network, and their options.

import { type Command, Option } from 'commander';
import { examples } from './examples.ts';
import type { ExportOptions } from './export-command.ts';
import type { ImportOptions } from './import-command.ts';

/** `shared` makes the options that other commands have too: the cache folder, and `--quiet`. */
export function addTransferCommands(
  program: Command,
  shared: { readonly cacheFolder: () => Option; readonly quiet: () => Option },
): void {
  const config = (): Option =>
    new Option('-c, --config <file>', 'the configuration of a service: its store is meant, not the cache');

  program
    .command('export')
    .description('write the advisories to a file, to carry them to where there is no network')
    .argument('[file]', 'standard output when not given')
    .addOption(
      new Option('--format <format>', "clearstory's own file, or Clair's (as of clairctl export-updaters)")
        .choices(['bundle', 'jsonblob'])
        .default('bundle'),
    )
    .option('--osv', 'with the advisories for libraries, where they were fetched')
    .option('-g, --gzip', 'compress a jsonblob; else the suffix .gz says so')
    .option('-z, --zstd', 'compress a jsonblob; else the suffix .zst says so')
    .option('--cvss', 'jsonblob: with scores. A Clair that imports them shows no others')
    .addOption(config())
    .addOption(shared.cacheFolder())
    .addHelpText(
      'after',
      examples(
        'clearstory export --osv advisories.bundle',
        'clearstory export --config /etc/clearstory/config.yaml advisories.bundle',
        'clearstory export --format jsonblob updates.json.gz',
      ),
    )
    .action(async (file: string | undefined, options: ExportOptions) => {
      const { exportCommand } = await import('./export-command.ts');
      process.exitCode = await exportCommand(file, options);
    });

  program
    .command('import')
    .description('take over advisories that were exported elsewhere')
    .argument('<file>', 'of either format, compressed or not; - reads standard input')
    .option('--force', 'take it although it is older than what is here, or has lost something')
    .addOption(config())
    .addOption(shared.quiet())
    .addOption(shared.cacheFolder())
    .addHelpText(
      'after',
      `
What is damaged is never taken, and what is older or markedly smaller than what
is here only with --force. The new advisories take effect at once or not at all.

Examples:
  clearstory import advisories.bundle
  clearstory import --config /etc/clearstory/config.yaml - < advisories.bundle`,
    )
    .action(async (file: string, options: ImportOptions) => {
      const { importCommand } = await import('./import-command.ts');
      process.exitCode = await importCommand(file, options);
    });
}
