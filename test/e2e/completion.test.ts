// Completion as shells run it.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../builders/temporary-directory.ts';
import { clearstory } from './run-command.ts';

async function completed(words: string): Promise<string[]> {
  const { stdout } = await clearstory(['completion', 'bash'], temporaryDirectory());
  const list = words.split(' ');
  const script = `${stdout}\nCOMP_WORDS=(${list.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${list.length - 1}; _clearstory; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return spawnSync('bash', ['-c', script], { encoding: 'utf8' }).stdout.trim().split('\n');
}

test('commands, commands of commands, and options', async () => {
  expect(await completed('clearstory sc')).toEqual(['scan']);
  expect(await completed('clearstory catalog e')).toEqual(['export']);
  expect(await completed('clearstory scan image --fail')).toEqual(['--fail-on']);
});

test.each(['zsh', 'fish'])('%s gets a script', async (shell) => {
  const { stdout, code } = await clearstory(['completion', shell], temporaryDirectory());
  expect(code).toBe(0);
  expect(stdout).toContain('clearstory');
});
