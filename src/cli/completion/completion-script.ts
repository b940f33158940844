// Completion scripts for shells, made from the commands themselves so that they never lag behind.
import type { Command } from 'commander';
import { type CompletionEntry, type CompletionOption, completionEntries } from './completion-entries.ts';
import type { Shell } from './shells.ts';

export function completionScript(program: Command, shell: Shell): string {
  const entries = completionEntries(program);
  if (shell === 'fish') return fish(program.name(), entries);
  const bash = bashFunction(program.name(), entries);
  // zsh runs bash's completions after this.
  return shell === 'zsh'
    ? `#compdef ${program.name()}\nautoload -U +X bashcompinit && bashcompinit\n${bash}`
    : bash;
}

/**
 * Words of commands are followed as long as they name one; then its commands and options are offered, or files. After an
 * option that takes a value its words are, or files, and files after `json=`. bash takes `=` for a word, zsh does not.
 */
function bashFunction(name: string, entries: readonly CompletionEntry[]): string {
  const cases = entries.map(({ path, commands, options, words }) => {
    const all = [...commands.map((each) => each.name), ...words, ...options.map(longest)].join(' ');
    return `      ${quoted(path.join(' '))}) words=${quoted(all)} ;;`;
  });
  const values = entries.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ flags, words }) => {
        const patterns = flags.map((flag) => quoted([...path, flag].join(' ').trim()));
        return `    ${patterns.join('|')}) words=${quoted(words.join(' '))} ;;`;
      }),
  );
  const nodes = entries.map(({ path }) => quoted(path.join(' '))).join('|');
  return `_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="" before="" at="" next="" words="" equals="" index
  for ((index = 1; index < COMP_CWORD; index++)); do
    next="\${at:+$at }\${COMP_WORDS[index]}"
    case "$next" in ${nodes}) at="$next" ;; esac
  done
  if ((COMP_CWORD > 1)); then previous="\${COMP_WORDS[COMP_CWORD-1]}"; fi
  if [[ "$current" == "=" ]]; then current=""; equals="=";
  elif [[ "$previous" == "=" ]]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; equals="=";
  elif [[ "$current" == *=* ]]; then
    before="\${current%%=*}="; current="\${current#*=}"; equals="=";
    if [[ "$before" == -* ]]; then previous="\${before%=}"; else previous=""; fi
  fi
  if [[ "$previous" != -* ]]; then previous="$equals"; fi
  if [[ "$current" == *,* ]]; then before="$before\${current%,*},"; current="\${current##*,}"; fi
  case "\${at:+$at }$previous" in
${values.join('\n')}
    *=) ;;
    *) case "$at" in
${cases.join('\n')}
    esac ;;
  esac
  COMPREPLY=($(compgen -P "$before" -W "$words" -- "$current"))
  if [[ \${#COMPREPLY[@]} -eq 0 && "$current" != -* ]]; then COMPREPLY=($(compgen -P "$before" -f -- "$current")); fi
}
complete -o filenames -F _${name} ${name}
`;
}

function fish(name: string, entries: readonly CompletionEntry[]): string {
  const lines = entries.flatMap(({ path, commands, options, words }) => {
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    const condition = path.length === 0 ? '__fish_use_subcommand' : seen;
    const where = path.length === 0 ? '' : ` -n ${quoted(seen)}`;
    return [
      ...commands.map(
        (each) =>
          `complete -c ${name} -n ${quoted(condition)} -a ${each.name} -d ${quoted(each.description)}`,
      ),
      ...(words.length > 0 ? [`complete -c ${name}${where} -f -a ${quoted(words.join(' '))}`] : []),
      ...options.map((option) => `complete -c ${name}${where} ${fishOption(option)}`),
    ];
  });
  return `${lines.join('\n')}\n`;
}

function fishOption({ flags, description, takesValue, words }: CompletionOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const value = words.length > 0 ? [`-x -a ${quoted(words.join(' '))}`] : takesValue ? ['-r'] : [];
  return [...names, ...value, `-d ${quoted(description)}`].join(' ');
}

/** The name that speaks. */
function longest({ flags }: CompletionOption): string {
  return flags.at(-1) ?? '';
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
