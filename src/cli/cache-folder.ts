// Where files are kept between runs.
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The user's cache folder as the XDG base directory specification has it; a relative path there is ignored. */
export function defaultCacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const xdg = environment.XDG_CACHE_HOME;
  const base = xdg?.startsWith('/') ? xdg : join(environment.HOME || homedir(), '.cache');
  return join(base, 'clearstory');
}
