// Runs the built command as a user does: a process of its own with files of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

const COMMAND = resolve(import.meta.dirname, '../../dist/cli/main.js');

export interface CommandResult {
  /** `null` when it was killed. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export function start(
  args: readonly string[],
  cache: string,
  variables: NodeJS.ProcessEnv = {},
  more: { uid?: number; gid?: number; cwd?: string } = {},
): ChildProcess {
  const env = { ...variables, PATH: process.env.PATH, HOME: cache, CLEARSTORY_CACHE_DIR: cache };
  return spawn(process.execPath, [COMMAND, ...args], { ...more, env });
}

export async function clearstory(args: readonly string[], cache: string): Promise<CommandResult> {
  return finished(start(args, cache));
}

export async function finished(child: ChildProcess): Promise<CommandResult> {
  const result: CommandResult = { code: null, stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => {
    result.stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    result.stderr += chunk;
  });
  result.code = await new Promise((done) => child.on('close', done));
  return result;
}
