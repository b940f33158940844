#!/usr/bin/env node
// Entry point of the `clearstory` command: the commands, their options, and how failures reach the user.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { addConvertCommand } from './add-convert-command.ts';
import { addDiffCommand } from './add-diff-command.ts';
import { addServeCommand } from './add-serve-command.ts';
import { defaultCacheFolder } from './cache-folder.ts';
import type { CatalogOptions } from './catalog-command.ts';
import { addCompletionCommand } from './completion/add-completion-command.ts';
import { addCtlCommands } from './ctl/add-ctl-commands.ts';
import { forgetEmptyVariables, readSwitchVariables } from './environment-option.ts';
import { examples } from './examples.ts';
import { reportFailure } from './failure.ts';
import type { NetworkOptions } from './network-options.ts';
import { addPolicyFlags } from './policy/policy-flags.ts';
import { addRegistryFlags, collect } from './registry-flags.ts';
import type { ScanOptions } from './scan-command.ts';
import { isOutputFailure, watchStandardOutput } from './standard-output.ts';
import { addTransferCommands } from './transfer-commands.ts';
import type { UpdateOptions } from './update-command.ts';
import { VERSION } from './version.ts';

watchStandardOutput();
forgetEmptyVariables(process.env);

const cacheFolder = (): Option =>
  new Option('--cache-dir <dir>', 'where advisories and what was read of layers are kept')
    .env('CLEARSTORY_CACHE_DIR')
    .default(defaultCacheFolder());

const from = (): Option =>
  new Option(
    '--from <url|dir>',
    'a mirror of the MSRC CVRF API, or a directory with index.json and {ID}.xml[.gz|.zst]',
  ).env('CLEARSTORY_FROM');

const quiet = (): Option =>
  new Option('-q, --quiet', 'no progress, only warnings and errors').env('CLEARSTORY_QUIET');

const program = new Command('clearstory')
  .description('Tells what is wrong with Windows container images.')
  .version(VERSION)
  .showHelpAfterError('(see clearstory --help)')
  .addHelpText(
    'after',
    examples(
      'clearstory scan mcr.microsoft.com/windows/servercore:ltsc2022',
      'clearstory scan registry.example.com/app:v1 --fail-on critical,exploited',
      'clearstory update --with kev,epss',
      'clearstory serve --config /etc/clearstory/config.yaml',
      'clearstory help scan',
    ),
  )
  .exitOverride();

addPolicyFlags(
  addRegistryFlags(
    program
      .command('scan')
      .description('read images and report what Microsoft lists for the Windows in them')
      .argument(
        '<target...>',
        'a name in a registry, oci-dir:PATH[:tag], oci-archive:PATH, docker-archive:PATH, docker:NAME, podman:NAME or dir:PATH; - reads targets from standard input',
      )
      .addOption(
        new Option(
          '-o, --output <format[=file]>',
          'table, packages, json, sarif, cyclonedx, spdx, openvex, gitlab, junit, html, markdown or clair; can be given several times',
        )
          .env('CLEARSTORY_OUTPUT')
          .argParser(collect)
          .default([], 'table'),
      )
      .option('--platform <os/arch[:version]>', 'which image of an index: windows/amd64:10.0.20348.*')
      .option('--os-version <version>', 'the same for the version alone: 10.0.20348.*')
      .option('--latest-of <build>', 'of the images with this build the one with the highest revision')
      .option('--all', 'every Windows image of an index')
      .option('--quick', 'answer from index, config and catalogue; no layer is read')
      .option('--base-from-catalog', 'do not read base layers that the catalogue knows')
      .addOption(
        new Option('--parallel <number>', 'images at a time, where there are several')
          .argParser(readParallel)
          .default(4),
      )
      .addOption(
        new Option(
          '--explain <id>',
          'instead of the report: why a vulnerability is in it or not; several times',
        )
          .argParser(collect)
          .default([], 'none'),
      )
      .option('--guidance', 'also list advisories (ADV…) that no update ends')
      .addOption(
        new Option(
          '--infer',
          'out of support: also list what releases with the same code have had since',
        ).env('CLEARSTORY_INFER'),
      )
      .addOption(from())
      .addOption(quiet())
      .addOption(cacheFolder()),
  ),
)
  .addHelpText(
    'after',
    `
Credentials are taken from where docker login and podman login leave them.
The first scan fetches the advisories by itself, from where --from says; later
ones use what is there.

Options are taken from flags, then from CLEARSTORY_… variables, then from
.clearstory.yaml.

Exit codes: 0 reports were made, 1 one could not be made, 2 --fail-on names
something that was found, 3 there is no Windows in an image or its build is not
known, so nothing was judged.

Examples:
  clearstory scan mcr.microsoft.com/windows/servercore:ltsc2022
  clearstory scan registry.example.com/app:v1 -o table -o json=report.json
  clearstory scan oci-dir:./image:ltsc2022 -o packages
  clearstory scan app.example.com/app:v1 --fail-on critical,exploited
  clearstory scan app.example.com/app:v1 --severity critical -o sarif=out.sarif
  clearstory scan app.example.com/app:v1 --explain CVE-2025-33053
  clearstory scan - --quick --parallel 16 < images.txt`,
  )
  .action(async (targets: string[], options: ScanOptions, command: Command) => {
    const { scanCommand } = await import('./scan-command.ts');
    const isGiven = (name: string): boolean =>
      ['cli', 'env'].includes(command.getOptionValueSource(name) ?? '');
    process.exitCode = await scanCommand(targets, { ...options, ...passwordOfEnvironment() }, isGiven);
  });

program
  .command('update')
  .description("bring Microsoft's advisories up to date, and what else was asked for")
  .addOption(
    new Option(
      '--osv [url|dir]',
      'also fetch advisories for libraries; once fetched, later updates renew them',
    ),
  )
  .option(
    '--with <list>',
    "also fetch kev (CISA's known exploited vulnerabilities) and epss (how likely attacks are); once fetched, later updates renew them",
  )
  .option('--kev <url|file>', "a mirror of CISA's catalogue, or the file")
  .option('--epss <url|file>', 'a mirror of the scores of EPSS, or the file')
  .option(
    '--report',
    'print which products of the advisories are matched, which are not, and what is unknown',
  )
  .addOption(from())
  .addOption(quiet())
  .addOption(cacheFolder())
  .addHelpText(
    'after',
    examples(
      'clearstory update',
      'clearstory update --osv --with kev,epss',
      'clearstory update --from ./msrc --osv ./osv --report',
      'clearstory update --from ./msrc --kev ./kev.json --epss ./epss.csv.gz',
    ),
  )
  .action(async (options: UpdateOptions) => {
    const { updateCommand } = await import('./update-command.ts');
    process.exitCode = await updateCommand(options);
  });

addTransferCommands(program, { cacheFolder, quiet });

addConvertCommand(program);
addDiffCommand(program, [from(), quiet(), cacheFolder()], passwordOfEnvironment);

const catalog = program
  .command('catalog')
  .description('what is known of base layers without reading them (see scan --quick, --base-from-catalog)')
  .addHelpText(
    'after',
    examples(
      'clearstory catalog add mcr.microsoft.com/windows/servercore:ltsc2022',
      'clearstory catalog list',
      'clearstory catalog export bases.jsonl   # here',
      'clearstory catalog import bases.jsonl   # there',
    ),
  );

addRegistryFlags(
  catalog
    .command('add')
    .description('learn from manifests and configs of base images; no layer is read')
    .argument('<target...>', 'as for scan; - reads targets from standard input')
    .addOption(cacheFolder()),
).action(async (targets: string[], options: CatalogOptions & NetworkOptions) => {
  const { catalogAdd } = await import('./catalog-command.ts');
  process.exitCode = await catalogAdd(targets, { ...options, ...passwordOfEnvironment() });
});

catalog
  .command('list')
  .description('print it as a table')
  .addOption(cacheFolder())
  .action(async (options: CatalogOptions) => {
    const { catalogList } = await import('./catalog-command.ts');
    process.exitCode = await catalogList(options);
  });

catalog
  .command('export')
  .description('write it to a file, to carry it to where there is no network')
  .argument('[file]', 'standard output when not given')
  .addOption(cacheFolder())
  .action(async (file: string | undefined, options: CatalogOptions) => {
    const { catalogExport } = await import('./catalog-command.ts');
    process.exitCode = await catalogExport(file, options);
  });

catalog
  .command('import')
  .description('take over such a file')
  .argument('<file>')
  .addOption(cacheFolder())
  .action(async (file: string, options: CatalogOptions) => {
    const { catalogImport } = await import('./catalog-command.ts');
    process.exitCode = await catalogImport(file, options);
  });

addServeCommand(program, VERSION);
addCtlCommands(program);

/** Every image at a time takes a connection and some memory. */
function readParallel(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= 64) return number;
  throw new InvalidArgumentError('It is a number from 1 to 64.');
}

/** No flag takes it: what stands on a command line every user of the machine can read. */
function passwordOfEnvironment(): { password?: string } {
  const password = process.env.CLEARSTORY_PASSWORD;
  return password === undefined ? {} : { password };
}

addCompletionCommand(program);
readSwitchVariables(program, process.env);

try {
  await program.parseAsync();
} catch (error) {
  // Commander has said what is wrong with the arguments, or has shown the help that was asked for.
  if (error instanceof CommanderError) process.exitCode = error.exitCode;
  else if (!isOutputFailure(error)) process.exitCode = reportFailure(error);
}
