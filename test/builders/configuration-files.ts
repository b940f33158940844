// Files of a configuration in a directory of their own, and what reading them gives.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Configuration } from '../../src/service/configuration/configuration.ts';
import { readConfiguration } from '../../src/service/configuration/read-configuration.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** An environment without anything of the machine that runs the tests. */
export const BARE_ENVIRONMENT: NodeJS.ProcessEnv = { HOME: '/home/clair' };

/** Writes the files, by relative names, and returns the path of the first. */
export function writeConfiguration(files: Readonly<Record<string, string | Uint8Array>>): string {
  const directory = temporaryDirectory();
  const paths = Object.entries(files).map(([name, content]) => {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  });
  return paths[0]!;
}

/** What a `config.yaml` with this text says. */
export function configurationOf(
  text: string,
  mode?: string,
  environment: NodeJS.ProcessEnv = BARE_ENVIRONMENT,
): Promise<Configuration> {
  return readConfiguration(writeConfiguration({ 'config.yaml': text }), environment, mode);
}

/** The message with which something is refused, folders left out of paths. */
export async function refusalOf(work: Promise<unknown>): Promise<string> {
  const failure = await work.then(
    () => undefined,
    (error: Error) => error,
  );
  if (!failure) throw new Error('it was accepted');
  return failure.message.replaceAll(/\/\S*clearstory-test-[^/]*\//g, '');
}
