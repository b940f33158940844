// Adds `clearstory convert` to the command line; what it runs is loaded when it is called.
import { type Command, Option } from 'commander';
import type { ConvertOptions } from './convert-command.ts';
import { examples } from './examples.ts';
import { collect } from './registry-flags.ts';

export function addConvertCommand(program: Command): void {
  program
    .command('convert')
    .description('make any format of a report that -o json has saved')
    .argument('<report>', 'the file; - is standard input')
    .addOption(
      new Option('-o, --output <format[=file]>', 'as for scan').argParser(collect).default([], 'table'),
    )
    .addOption(new Option('--explain <id>', 'as for scan').argParser(collect).default([], 'none'))
    .option('--show-suppressed', 'list in the table what policy and VEX set aside')
    .addHelpText(
      'after',
      examples(
        'clearstory convert report.json',
        'clearstory convert report.json -o sarif=report.sarif -o cyclonedx=bom.json',
      ),
    )
    .action(async (path: string, options: ConvertOptions) => {
      const { convertCommand } = await import('./convert-command.ts');
      process.exitCode = await convertCommand(path, options);
    });
}
