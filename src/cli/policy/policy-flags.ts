// The options of `scan` that say which findings count.
import { type Command, Option } from 'commander';
import { collect } from '../registry-flags.ts';

export function addPolicyFlags(command: Command): Command {
  return command
    .optionsGroup('Which findings count:')
    .addOption(new Option('--severity <list>', 'show these alone: critical,high').env('CLEARSTORY_SEVERITY'))
    .addOption(
      new Option('--where <list>', 'show what runs there alone: image,host,absent,unknown').env(
        'CLEARSTORY_WHERE',
      ),
    )
    .addOption(new Option('--ignore-unfixed', 'do not show what has no fix').env('CLEARSTORY_IGNORE_UNFIXED'))
    .addOption(new Option('--no-ignore-unfixed', 'show it, whatever .clearstory.yaml says'))
    .addOption(
      new Option(
        '--fail-on <list>',
        'end with exit code 2 on a severity or graver, or on exploited, kev, kev-ransomware, epss>=0.5, fixable, unsupported, any',
      ).env('CLEARSTORY_FAIL_ON'),
    )
    .addOption(
      new Option('--config <file>', 'policy to use instead of .clearstory.yaml').env('CLEARSTORY_CONFIG'),
    )
    .addOption(
      new Option('--ignorefile <file>', 'IDs to ignore, a line each, instead of .trivyignore').env(
        'CLEARSTORY_IGNOREFILE',
      ),
    )
    .addOption(
      new Option('--vex <file>', 'OpenVEX, CycloneDX or CSAF; can be given several times')
        .env('CLEARSTORY_VEX')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--show-suppressed', 'list in the table what policy and VEX set aside');
}
