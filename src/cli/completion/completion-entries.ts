// What can be completed: commands, options and their words, read from the commands themselves.
import type { Command } from 'commander';
import { optionWords } from './option-words.ts';

export interface CompletionOption {
  /** `['-o', '--output']` */
  readonly flags: readonly string[];
  readonly description: string;
  /** Always: what may also stand alone is completed as if it did. */
  readonly takesValue: boolean;
  /** The words that the value can be, or begin with; none: any text, or a file. */
  readonly words: readonly string[];
}

export interface CompletionEntry {
  /** Words after the program: `['catalog', 'add']`; none for the program itself. */
  readonly path: readonly string[];
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly CompletionOption[];
  /** Words that its first argument can be. */
  readonly words: readonly string[];
}

const HELP: CompletionOption = {
  flags: ['-h', '--help'],
  description: 'show help',
  takesValue: false,
  words: [],
};

export function completionEntries(command: Command, path: readonly string[] = []): CompletionEntry[] {
  const commands = command.commands.filter((each) => !('_hidden' in each && each._hidden === true));
  const own: CompletionEntry = {
    path,
    commands: commands.map((each) => ({ name: each.name(), description: each.description() })),
    options: [
      ...command.options
        .filter((each) => !each.hidden)
        .map((each) => ({
          flags: [each.short, each.long].filter((flag) => flag !== undefined),
          description: each.description,
          takesValue: each.required,
          words: optionWords(path.join(' '), each),
        })),
      HELP,
    ],
    words: command.registeredArguments[0]?.argChoices ?? [],
  };
  return [own, ...commands.flatMap((each) => completionEntries(each, [...path, each.name()]))];
}
