// Files that are either the old one or the new one, whenever the process or the machine stops.
import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileTarget } from './file-target.ts';

/** A file that grows beside its place. Devices and pipes have no other place, and are written to at once. */
export interface FileInMaking {
  write(piece: string | Uint8Array): Promise<void>;
  /** Flushes to disk and moves it to its place. */
  finish(): Promise<void>;
  /** Leaves its place as it was; after `finish`, nothing. */
  abandon(): Promise<void>;
}

/**
 * Writes beside the target, flushes to disk, then renames over it; creates the folder. What is too large to be held
 * comes in pieces; when they fail, so does this, and the target stays as it was. Devices and pipes are written to.
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  await makeFolder(dirname(path));
  const file = await beginFile(path);
  try {
    if (typeof content === 'string' || content instanceof Uint8Array) await file.write(content);
    else for await (const piece of content) await file.write(piece);
    await file.finish();
  } finally {
    await file.abandon();
  }
}

/** The folder has to be there. A link stays one, and the file that it leads to is written. */
export async function beginFile(path: string): Promise<FileInMaking> {
  const { place, found, isFixed } = await fileTarget(path);
  if (isFixed) return onTheSpot(await open(place, 'w'));
  const temporary = `${place}.${randomBytes(6).toString('hex')}.tmp`;
  // Nobody may read it meanwhile who could not read the old one.
  const handle = await open(temporary, 'wx', found ? 0o600 : 0o666);
  let state: 'open' | 'closed' | 'done' = 'open';
  return {
    write: (piece) => handle.writeFile(piece),
    finish: async () => {
      if (found) await takeOver(handle, found);
      await handle.sync();
      await handle.close();
      state = 'closed';
      await rename(temporary, place);
      state = 'done';
    },
    abandon: async () => {
      if (state === 'done') return;
      if (state === 'open') await handle.close();
      state = 'done';
      await rm(temporary, { force: true });
    },
  };
}

/** Nothing to flush, nothing to move. */
function onTheSpot(handle: FileHandle): FileInMaking {
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await handle.close();
    isOpen = false;
  };
  return { write: (piece) => handle.writeFile(piece), finish: close, abandon: close };
}

/** Owner and rights of the file that is replaced. */
async function takeOver(handle: FileHandle, old: Stats): Promise<void> {
  const own = await handle.stat();
  if (own.uid !== old.uid || own.gid !== old.gid) {
    // Only root may give files away.
    await handle.chown(old.uid, old.gid).catch(() => {});
  }
  await handle.chmod(old.mode & 0o777);
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
