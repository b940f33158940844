// Variables that give options, beyond what the library does: it takes an empty one for a value, and any for a switch.
import type { Command } from 'commander';
import { CommandError } from './command-error.ts';

const SWITCH: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** One that is empty counts as not set: that is how pipelines leave out what they have no value for. */
export function forgetEmptyVariables(environment: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith('CLEARSTORY_') && value === '') delete environment[name];
  }
}

/** Reads what variables say of switches, for all commands of a program. */
export function readSwitchVariables(program: Command, environment: NodeJS.ProcessEnv): void {
  program.hook('preAction', (_, command) => {
    for (const option of command.options) {
      const name = option.attributeName();
      if (!option.isBoolean() || !option.envVar || command.getOptionValueSource(name) !== 'env') continue;
      command.setOptionValueWithSource(name, readSwitch(option.envVar, environment[option.envVar]), 'env');
    }
  });
}

/** Throws CommandError BAD_OPTION. */
function readSwitch(variable: string, value: string | undefined): boolean {
  const isOn = SWITCH.get((value ?? '').trim().toLowerCase());
  if (isOn !== undefined) return isOn;
  throw new CommandError('BAD_OPTION', `${variable}=${value}: say true or false`);
}
