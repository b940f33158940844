// Adds `clearstory ctl`: the commands of clairctl that work by the API, with its options and outputs.

import { type Command, Option } from 'commander';
import { examples } from '../examples.ts';
import type { NetworkOptions } from '../network-options.ts';
import { addRegistryFlags } from '../registry-flags.ts';
import type { CheckConfigOptions } from './check-config-command.ts';
import type { CtlOptions } from './ctl-options.ts';
import type { ServiceOptions } from './open-service.ts';
import type { ReportOptions } from './report-command.ts';

const IMAGE = '[host[:port]/]repository[:tag][@digest] in a registry';

export function addCtlCommands(program: Command): void {
  const ctl = program
    .command('ctl')
    .description('talk to a service with the API of Clair, as clairctl does')
    .option('-D', 'say what is asked of whom')
    .option('-q', 'only results and errors')
    .option(
      '-c, --config <file>',
      'has the auth.psk of the service (CLAIR_CONF; default: config.yaml, if there)',
    )
    .option('--iss, --issuer <name>', 'who we are, as auth.psk.iss of the service lists it', 'clairctl');

  /** The command's own options, those of `ctl`, and the password, which no flag takes. */
  const all = <T>(command: Command): T => {
    const { D: debug, q: quiet, ...options } = command.optsWithGlobals();
    const password = process.env.CLEARSTORY_PASSWORD;
    return { ...options, debug, quiet, ...(password !== undefined && { password }) } as T;
  };

  addRegistryFlags(
    ctl
      .command('report')
      .description('have images indexed and print what is wrong with them')
      .argument('<image...>', IMAGE)
      .addOption(host())
      .addOption(
        new Option('-o, --out <format>', 'text, the documents themselves, or XML of JUnit')
          .choices(['text', 'json', 'xml'])
          .default('text'),
      )
      .option('-k, --keep-going', 'go on with other images after an error')
      .option('--novel', 'do not post manifests again that the service knows'),
  )
    .addHelpText(
      'after',
      `
Of an index all images for Windows are meant, or where there is none that for
linux/amd64.

Exit codes: 0 all reports were made, 1 one could not be made.

Examples:
  clearstory ctl report mcr.microsoft.com/windows/servercore:ltsc2022
  clearstory ctl -c config.yaml --iss quay report \\
    --host https://clair.example.com/ -k -o xml \\
    registry.example.com/app:v1 registry.example.com/app:v2`,
    )
    .action(async (images: string[], _: unknown, command: Command) => {
      const { reportCommand } = await import('./report-command.ts');
      process.exitCode = await reportCommand(images, all<ReportOptions>(command));
    });

  addRegistryFlags(
    ctl
      .command('manifest')
      .description('print what is posted to have images indexed; it holds tokens of the registry')
      .argument('<image...>', IMAGE),
  )
    .addHelpText('after', examples('clearstory ctl manifest registry.example.com/app:v1'))
    .action(async (images: string[], _: unknown, command: Command) => {
      const { manifestCommand } = await import('./manifest-command.ts');
      process.exitCode = await manifestCommand(images, all<NetworkOptions & CtlOptions>(command));
    });

  ctl
    .command('delete')
    .description('have the service forget manifests; prints those that were there')
    .argument('<digest...>', 'of manifests: sha256:…')
    .addOption(host())
    .addOption(new Option('--cacert <file>', 'trust this authority too (PEM)').env('CLEARSTORY_CACERT'))
    .addHelpText('after', examples('clearstory ctl -c config.yaml delete sha256:0c9d…'))
    .action(async (digests: string[], _: unknown, command: Command) => {
      const { deleteCommand } = await import('./delete-command.ts');
      process.exitCode = await deleteCommand(digests, all<ServiceOptions>(command));
    });

  ctl
    .command('check-config')
    .description(
      'print a configuration with its drop-ins, as it is before defaults, or what is wrong with it',
    )
    .argument('<file...>', '.yaml or .json')
    .addOption(new Option('-o, --out <format>').choices(['json', 'yaml']).default('json'))
    .addHelpText('after', examples('clearstory ctl check-config /etc/clair/config.yaml -o yaml'))
    .action(async (files: string[], _: unknown, command: Command) => {
      const { checkConfigCommand } = await import('./check-config-command.ts');
      process.exitCode = await checkConfigCommand(files, all<CheckConfigOptions>(command));
    });
}

function host(): Option {
  return new Option('--host <url>', 'of the service').env('CLAIR_API').default('http://localhost:6060/');
}
