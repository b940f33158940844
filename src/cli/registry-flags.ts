// The flags, shared by several commands, that say how registries are reached.
import { type Command, Option } from 'commander';

export function addRegistryFlags(command: Command): Command {
  return command
    .optionsGroup('Registries:')
    .addOption(
      new Option('--username <name>', 'for the one registry of the targets').env('CLEARSTORY_USERNAME'),
    )
    .option('--password-stdin', 'read the password from standard input (or set CLEARSTORY_PASSWORD)')
    .addOption(new Option('--cacert <file>', 'trust this authority too (PEM)').env('CLEARSTORY_CACERT'))
    .option('--insecure', 'allow HTTP, and certificates of nobody')
    .addOption(repeatable('--mirror <from=to>', 'read mcr.microsoft.com=mirror.example.com/mcr'))
    .addOption(
      new Option('--registries-conf <file>', "mirrors as containers' registries.conf has them").env(
        'CLEARSTORY_REGISTRIES_CONF',
      ),
    )
    .addOption(
      repeatable('--foreign-host <host>', "where foreign layers may come from, beside Microsoft's hosts"),
    )
    .addOption(
      repeatable('--allow-address <range>', 'private addresses that redirects and layer URLs may lead to'),
    );
}

/** Adds to what the same flag gave before. */
export function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}

function repeatable(flags: string, description: string): Option {
  return new Option(flags, `${description}; can be given several times`)
    .argParser(collect)
    .default([], 'none');
}
