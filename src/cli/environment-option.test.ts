// Variables as commands see them: empty ones, and those of switches.
import { Command, Option } from 'commander';
import { afterEach, expect, test, vi } from 'vitest';
import { forgetEmptyVariables, readSwitchVariables } from './environment-option.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

function parsed(...args: string[]): { value: unknown; source: string | undefined; word: unknown } {
  forgetEmptyVariables(process.env);
  const program = new Command().exitOverride();
  const seen: ReturnType<typeof parsed>[] = [];
  program
    .command('run')
    .addOption(new Option('--loud').env('CLEARSTORY_TEST_LOUD'))
    .addOption(new Option('--word <word>').env('CLEARSTORY_TEST_WORD').default('none'))
    .action((options: { loud?: boolean; word?: string }, command: Command) => {
      seen.push({ value: options.loud, source: command.getOptionValueSource('loud'), word: options.word });
    });
  readSwitchVariables(program, process.env);
  program.parse(['run', ...args], { from: 'user' });
  return seen[0]!;
}

test.each([
  ['true', true],
  ['1', true],
  ['TRUE', true],
  ['false', false],
  ['0', false],
])('a switch takes %s', (text, value) => {
  vi.stubEnv('CLEARSTORY_TEST_LOUD', text);
  expect(parsed()).toMatchObject({ value, source: 'env' });
});

test('the flag comes before the variable', () => {
  vi.stubEnv('CLEARSTORY_TEST_LOUD', 'false');
  expect(parsed('--loud')).toMatchObject({ value: true, source: 'cli' });
});

test('what is empty is not set', () => {
  vi.stubEnv('CLEARSTORY_TEST_LOUD', '');
  vi.stubEnv('CLEARSTORY_TEST_WORD', '');
  expect(parsed()).toEqual({ value: undefined, source: undefined, word: 'none' });
});

test('another word is refused', () => {
  vi.stubEnv('CLEARSTORY_TEST_LOUD', 'maybe');
  expect(() => parsed()).toThrow('CLEARSTORY_TEST_LOUD=maybe: say true or false');
});
