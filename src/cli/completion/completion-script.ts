// Completion scripts for shells, made from the commands themselves so that they never lag behind.
import type { Command } from 'commander';

export type Shell = 'bash' | 'zsh' | 'fish';

export const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish'];

interface Entry {
  /** Words after the program: `['catalog', 'add']`; none for the program itself. */
  readonly path: readonly string[];
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly { readonly flag: string; readonly description: string }[];
}

export function completionScript(program: Command, shell: Shell): string {
  const entries = entriesOf(program, []);
  if (shell === 'fish') return fish(program.name(), entries);
  const bash = bashFunction(program.name(), entries);
  // zsh runs bash's completions after this.
  return shell === 'zsh'
    ? `#compdef ${program.name()}\nautoload -U +X bashcompinit && bashcompinit\n${bash}`
    : bash;
}

function entriesOf(command: Command, path: readonly string[]): Entry[] {
  const commands = command.commands.filter((each) => !('_hidden' in each && each._hidden === true));
  const own: Entry = {
    path,
    commands: commands.map((each) => ({ name: each.name(), description: each.description() })),
    options: [
      ...command.options
        .filter((each) => !each.hidden)
        .map((each) => ({ flag: each.long ?? each.short ?? '', description: each.description })),
      { flag: '--help', description: 'show help' },
    ],
  };
  return [own, ...commands.flatMap((each) => entriesOf(each, [...path, each.name()]))];
}

/** Words of commands are followed as long as they name one; then its commands and options are offered, or files. */
function bashFunction(name: string, entries: readonly Entry[]): string {
  const cases = entries.map(({ path, commands, options }) => {
    const words = [...commands.map((each) => each.name), ...options.map(({ flag }) => flag)].join(' ');
    return `    ${quoted(path.join(' '))}) words=${quoted(words)} ;;`;
  });
  const nodes = entries.map(({ path }) => quoted(path.join(' '))).join('|');
  return `_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" at="" next words="" index
  for ((index = 1; index < COMP_CWORD; index++)); do
    next="\${at:+$at }\${COMP_WORDS[index]}"
    case "$next" in ${nodes}) at="$next" ;; esac
  done
  case "$at" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ \${#COMPREPLY[@]} -eq 0 && "$current" != -* ]]; then COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _${name} ${name}
`;
}

function fish(name: string, entries: readonly Entry[]): string {
  const lines = entries.flatMap(({ path, commands, options }) => {
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    const condition = path.length === 0 ? '__fish_use_subcommand' : seen;
    return [
      ...commands.map(
        (each) =>
          `complete -c ${name} -n ${quoted(condition)} -a ${each.name} -d ${quoted(each.description)}`,
      ),
      ...options
        .filter(({ flag }) => flag.startsWith('--'))
        .map(
          ({ flag, description }) =>
            `complete -c ${name}${path.length === 0 ? '' : ` -n ${quoted(seen)}`} -l ${flag.slice(2)} -d ${quoted(description)}`,
        ),
    ];
  });
  return `${lines.join('\n')}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
