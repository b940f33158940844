// Whether a program that tests are run against is there.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Whether all `commands` are on the search path; says which are not, for tests that are skipped then. */
export function isInstalled(...commands: readonly string[]): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const missing = commands.filter((command) => !folders.some((folder) => existsSync(join(folder, command))));
  for (const command of missing) console.warn(`tests that need ${command} are skipped: it is not installed`);
  return missing.length === 0;
}
