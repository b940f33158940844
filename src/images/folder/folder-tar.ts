// Gives a folder as the tar of a layer, so that it is read in the same way as one.
import { constants } from 'node:fs';
import { open, readdir, readlink } from 'node:fs/promises';
import { streamRange } from '../file-range.ts';
import { fileFailure, notRegular } from '../image-error.ts';
import type { ReadOptions } from '../image-source.ts';
import { type FolderEntry, FolderWalk } from './folder-walk.ts';
import type { LayerFolder } from './layer-folders.ts';
import { tarEnd, tarHeader, tarPadding } from './tar-header.ts';
import { readTombstones } from './tombstones.ts';

/** The folder may change between listing and reading: what is a link or a FIFO by then is neither followed nor waited for. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * The tar of the layer, in chunks of up to 1 MiB; equal folders give equal bytes. A file with several names is sent once.
 * Symbolic links are told, not followed; what `tombstones.txt` removes comes as whiteouts. Throws ImageError `UNREADABLE`,
 * `NOT_FOUND`, `TOO_LARGE` or `INVALID_DOCUMENT`; the abort reason passes through.
 */
export async function* folderTar(folder: LayerFolder, { signal }: ReadOptions = {}): AsyncGenerator<Buffer> {
  /** First names of files that have several. */
  const inodes = new Map<string, string>();
  for (const path of await whiteouts(folder)) yield tarHeader({ path, type: 'file', sizeBytes: 0 });
  for await (const entry of new FolderWalk(folder).entries()) {
    signal?.throwIfAborted();
    if (entry.type === 'symlink') yield await linkMember(entry);
    else yield* fileMember(entry, inodes, signal);
  }
  yield tarEnd();
}

async function whiteouts({ path, kind }: LayerFolder): Promise<string[]> {
  if (kind === 'drive') return [];
  const names = await readdir(path).catch((error: unknown) => {
    throw fileFailure(path, error);
  });
  const name = names.find((each) => each.toLowerCase() === 'tombstones.txt');
  return name === undefined ? [] : readTombstones(path, name);
}

async function linkMember({ from, path }: FolderEntry): Promise<Buffer> {
  const linkPath = await readlink(from).catch((error: unknown) => {
    throw fileFailure(from.toString(), error);
  });
  return tarHeader({ path, type: 'symlink', sizeBytes: 0, linkPath });
}

async function* fileMember(
  { from, path }: FolderEntry,
  inodes: Map<string, string>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const onDisk = from.toString();
  const handle = await open(from, OPEN_FLAGS).catch((error: unknown) => {
    throw fileFailure(onDisk, error);
  });
  try {
    // Numbers of inodes may take all of their 64 bits.
    const stats = await handle.stat({ bigint: true });
    if (!stats.isFile()) throw notRegular(onDisk);
    const inode = `${stats.dev}:${stats.ino}`;
    const first = inodes.get(inode);
    if (first !== undefined) {
      yield tarHeader({ path, type: 'hardlink', sizeBytes: 0, linkPath: first });
      return;
    }
    if (stats.nlink > 1n) inodes.set(inode, path);
    // What the header states is kept to, whatever becomes of the file: one that gets shorter is an error.
    const sizeBytes = Number(stats.size);
    yield tarHeader({ path, type: 'file', sizeBytes });
    yield* streamRange({ handle, path: onDisk, start: 0, sizeBytes }, signal);
    yield tarPadding(sizeBytes);
  } finally {
    await handle.close();
  }
}
