#!/usr/bin/env node
// Entry point of the `clearstory` command: the commands, their options, and how failures reach the user.
import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { defaultCacheFolder } from './cache-folder.ts';
import { EXIT_ERROR } from './exit-codes.ts';
import { reportFailure } from './failure.ts';
import type { ScanOptions } from './scan-command.ts';
import type { UpdateOptions } from './update-command.ts';

// A reader that goes away (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const cacheFolder = (): Option =>
  new Option('--cache-dir <dir>', 'where advisories and what was read of layers are kept')
    .env('CLEARSTORY_CACHE_DIR')
    .default(defaultCacheFolder());

const from = (): Option =>
  new Option(
    '--from <url|dir>',
    'a mirror of the MSRC CVRF API, or a directory with index.json and {ID}.xml[.gz|.zst]',
  ).env('CLEARSTORY_FROM');

const quiet = (): Option => new Option('-q, --quiet', 'no progress, only warnings and errors');

const program = new Command('clearstory')
  .description('Tells what is wrong with Windows container images.')
  .version(version)
  .showHelpAfterError('(see clearstory --help)')
  .exitOverride();

program
  .command('scan')
  .description('read an image and report what Microsoft lists for the Windows in it')
  .argument('<target>', 'oci-dir:PATH[:tag], oci-archive:PATH or docker-archive:PATH')
  .addOption(
    new Option('-o, --output <format[=file]>', 'table, packages or json; can be given several times')
      .argParser(collect)
      .default([], 'table'),
  )
  .option('--platform <os/arch[:version]>', 'which image of an index: windows/amd64:10.0.20348.*')
  .option('--guidance', 'also list advisories (ADV…) that no update ends')
  .addOption(from())
  .addOption(quiet())
  .addOption(cacheFolder())
  .addHelpText(
    'after',
    `
The first scan fetches the advisories by itself, from where --from says; later
ones use what is there.

Exit codes: 0 a report was made, 1 it could not be made, 3 there is no Windows in
the image or its build is not known, so nothing was judged.

Examples:
  clearstory scan oci-dir:./image:ltsc2022
  clearstory scan oci-dir:./image:ltsc2022 -o packages
  clearstory scan docker-archive:app.tar -o table -o json=report.json`,
  )
  .action(async (target: string, options: ScanOptions) => {
    const { scanCommand } = await import('./scan-command.ts');
    process.exitCode = await scanCommand(target, options);
  });

program
  .command('update')
  .description("bring Microsoft's advisories up to date, and OSV's where they were asked for")
  .addOption(
    new Option(
      '--osv [url|dir]',
      'also fetch advisories for libraries; once fetched, later updates renew them',
    ).preset(true),
  )
  .option(
    '--report',
    'print which products of the advisories are matched, which are not, and what is unknown',
  )
  .addOption(from())
  .addOption(quiet())
  .addOption(cacheFolder())
  .addHelpText(
    'after',
    `
Examples:
  clearstory update
  clearstory update --osv
  clearstory update --from ./msrc --osv ./osv --report`,
  )
  .action(async (options: UpdateOptions) => {
    const { updateCommand } = await import('./update-command.ts');
    process.exitCode = await updateCommand(options);
  });

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}

try {
  await program.parseAsync();
} catch (error) {
  // Commander has said what is wrong with the arguments, or has shown the help that was asked for.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT_ERROR;
  else process.exitCode = reportFailure(error);
}
