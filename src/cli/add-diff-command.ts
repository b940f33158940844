// Adds `clearstory diff` to the command line; what it runs is loaded when it is called.
import { type Command, Option } from 'commander';
import type { DiffOptions } from './diff-command.ts';
import { examples } from './examples.ts';
import { addRegistryFlags } from './registry-flags.ts';

const NOTES = `
Images are compared by all that is in them: .clearstory.yaml, .trivyignore, VEX
and filters are not applied. What a policy set aside in saved reports is
compared too, and counted apart where one of them alone does. What a report may
merely not show is "no longer listed" or "newly listed", not fixed or new, and
a warning says why: filters, a Windows out of support, layers not read.

Exit codes: 0 the two were compared, 1 they could not be, 3 there is no Windows
in one of them or its build is not known, so nothing is called fixed or new.`;

/** `shared` are the options that every command has that scans. */
export function addDiffCommand(program: Command, shared: readonly Option[], password: () => object): void {
  const command = program
    .command('diff')
    .description('compare two images, or two reports that -o json has saved: fixed, new, unchanged')
    .argument('<before>', 'as for scan, or a saved report')
    .argument('<after>', 'as for scan, or a saved report')
    .addOption(new Option('-o, --output <format>', 'table, json or markdown').default('table'))
    .option('--platform <os/arch[:version]>', 'which image of an index')
    .option('--os-version <version>', 'the same for the version alone');
  for (const option of shared) command.addOption(option);
  addRegistryFlags(command)
    .addHelpText(
      'after',
      `${NOTES}\n${examples(
        'clearstory diff registry.example.com/app:v1 registry.example.com/app:v2',
        'clearstory diff before.json after.json -o markdown',
      )}`,
    )
    .action(async (before: string, after: string, options: DiffOptions) => {
      const { diffCommand } = await import('./diff-command.ts');
      process.exitCode = await diffCommand(before, after, { ...options, ...password() });
    });
}
