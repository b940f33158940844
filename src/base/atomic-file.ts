// Files that are either the old one or the new one, whenever the process or the machine stops.
import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes beside the target, flushes to disk, then renames over it; creates the folder. What is too large to be held
 * comes in pieces; when they fail, so does this, and the target stays as it was. Devices and pipes are written to.
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  await makeFolder(dirname(path));
  if (!(await isReplaceable(path))) {
    await write(path, 'w', content);
    return;
  }
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await write(temporary, 'wx', content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Whether there is a file, or nothing yet: a device or pipe would be lost to a file of its name. Throws for a folder. */
export async function isReplaceable(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found?.isDirectory()) {
    const error = new Error(`EISDIR: it is a folder, open '${path}'`);
    throw Object.assign(error, { code: 'EISDIR', syscall: 'open', path });
  }
  return found === undefined || found.isFile();
}

async function write(
  path: string,
  flags: 'w' | 'wx',
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  const file = await open(path, flags);
  try {
    if (typeof content === 'string' || content instanceof Uint8Array) await file.writeFile(content);
    else for await (const piece of content) await file.writeFile(piece);
    // Devices have nothing to flush.
    if (flags === 'wx') await file.sync();
  } finally {
    await file.close();
  }
}

/** Node's own recursive mkdir never returns where a file system answers ENOENT for good, as /proc does. */
async function makeFolder(path: string): Promise<void> {
  const make = async (): Promise<void> => {
    await mkdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  };
  try {
    await make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await make();
  }
}
