// Where a path leads when something is written to it: through links, also to what is not there yet.
import type { Stats } from 'node:fs';
import { readlink, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

export interface FileTarget {
  /** No link itself. */
  readonly place: string;
  /** Absent: there is nothing yet. */
  readonly found?: Stats;
  /** Whether it has to be written on the spot: another file of its name would not be it. */
  readonly isFixed: boolean;
}

/** Names of what a process has open, such as /dev/stdout: a file behind them cannot be replaced by its name. */
const OPEN_FILES = /^\/(?:proc\/[^/]+|dev)\/fd\//;

/** Throws for a folder, and for links in a circle. */
export async function fileTarget(path: string): Promise<FileTarget> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found?.isDirectory()) {
    const error = new Error(`EISDIR: it is a folder, open '${path}'`);
    throw Object.assign(error, { code: 'EISDIR', syscall: 'open', path });
  }
  if (found && !found.isFile()) return { place: path, found, isFixed: true };
  let place = path;
  for (;;) {
    if (OPEN_FILES.test(place)) return { place, ...(found && { found }), isFixed: true };
    const link = await readlink(place).catch(() => undefined);
    if (link === undefined) return { place, ...(found && { found }), isFixed: false };
    place = resolve(await realpath(dirname(place)), link);
  }
}
