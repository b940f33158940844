// Gives a folder as the tar of a layer, so that it is read in the same way as one.
import { constants } from 'node:fs';
import { lstat, open, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { streamRange } from '../file-range.ts';
import { fileFailure, ImageError } from '../image-error.ts';
import type { ReadOptions } from '../image-source.ts';
import type { LayerFolder } from './layer-folders.ts';
import { tarEnd, tarHeader, tarPadding } from './tar-header.ts';

/** Links lead nowhere we want to go, and a FIFO in place of a file must not hang the scan. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Paths of Windows are 32,767 characters at most, and those of containers a few dozen folders deep. */
const MAX_DEPTH = 256;

/** Not part of a layer: what the host keeps for itself. */
const LEFT_OUT = /^(?:\$recycle\.bin|.*\.\$wcidirs\$)$/i;

/** The registry as the host merged it, and where a base layer has the same hives. */
const MERGED_HIVES: Readonly<Record<string, string>> = {
  software_base: 'SOFTWARE',
  system_base: 'SYSTEM',
  defaultuser_base: 'DEFAULT',
};

const CONFIG = 'Files/Windows/System32/config';

interface Entry {
  /** On disk. */
  readonly from: string;
  /** In the layer. */
  readonly path: string;
}

/**
 * The tar of the layer; equal folders give equal bytes. Whiteouts are those of `tombstones.txt`. Links are told, not
 * followed; devices and the like left out. Throws ImageError `UNREADABLE` or `TOO_LARGE`; the abort reason passes through.
 */
export async function* folderTar(folder: LayerFolder, { signal }: ReadOptions = {}): AsyncGenerator<Buffer> {
  /** First names of files that have several. */
  const inodes = new Map<string, string>();
  for (const path of await tombstones(folder)) yield tarHeader({ path, type: 'file', sizeBytes: 0 });
  for await (const entry of entriesOf(folder)) {
    signal?.throwIfAborted();
    yield* member(entry, inodes, signal);
  }
  yield tarEnd();
}

async function* entriesOf({ path, kind }: LayerFolder): AsyncGenerator<Entry> {
  if (kind === 'drive') {
    yield* walk(path, 'Files', 0);
    return;
  }
  for (const name of (await namesIn(path)).sort()) {
    const lower = name.toLowerCase();
    const from = join(path, name);
    if (lower === 'files') {
      for await (const entry of walk(from, 'Files', 0)) {
        if (kind !== 'merged' || !isHive(entry.path)) yield entry;
      }
    }
    if (lower === 'hives') yield* hives(from, kind);
  }
}

/** Windows keeps beside each delta the whole registry up to this layer, which is no part of it. */
async function* hives(folder: string, kind: LayerFolder['kind']): AsyncGenerator<Entry> {
  for (const name of (await namesIn(folder)).sort()) {
    const merged = MERGED_HIVES[name.toLowerCase()];
    const from = join(folder, name);
    if (kind === 'merged') {
      if (merged !== undefined) yield { from, path: `${CONFIG}/${merged}` };
    } else if (!/_base$/i.test(name)) {
      yield { from, path: `Hives/${name}` };
    }
  }
}

function isHive(path: string): boolean {
  const hive = path.toLowerCase().split(`${CONFIG.toLowerCase()}/`)[1];
  return Object.values(MERGED_HIVES).some((name) => name.toLowerCase() === hive);
}

async function* walk(folder: string, path: string, depth: number): AsyncGenerator<Entry> {
  if (depth > MAX_DEPTH) throw new ImageError('TOO_LARGE', `${folder} is over ${MAX_DEPTH} folders deep`);
  const inside = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw fileFailure(folder, error);
  });
  for (const each of inside.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (LEFT_OUT.test(each.name)) continue;
    const entry = { from: join(folder, each.name), path: `${path}/${each.name}` };
    if (each.isDirectory()) yield* walk(entry.from, entry.path, depth + 1);
    else yield entry;
  }
}

async function* member(
  { from, path }: Entry,
  inodes: Map<string, string>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const stats = await lstat(from).catch((error: unknown) => {
    throw fileFailure(from, error);
  });
  if (stats.isSymbolicLink()) {
    yield tarHeader({ path, type: 'symlink', sizeBytes: 0, linkPath: await readlink(from) });
    return;
  }
  if (!stats.isFile()) return;
  if (stats.nlink > 1) {
    const inode = `${stats.dev}:${stats.ino}`;
    const first = inodes.get(inode);
    if (first !== undefined) {
      yield tarHeader({ path, type: 'hardlink', sizeBytes: 0, linkPath: first });
      return;
    }
    inodes.set(inode, path);
  }
  const handle = await open(from, OPEN_FLAGS).catch((error: unknown) => {
    throw fileFailure(from, error);
  });
  try {
    // The size the header states is kept to, whatever becomes of the file: a shorter one is an error, not a broken tar.
    const { size: sizeBytes } = await handle.stat();
    yield tarHeader({ path, type: 'file', sizeBytes });
    yield* streamRange({ handle, path: from, start: 0, sizeBytes }, signal);
    yield tarPadding(sizeBytes);
  } finally {
    await handle.close();
  }
}

/** What the layer removes, as whiteouts. The file begins with a byte order mark and `Version 1.0`; paths are below Files. */
async function tombstones({ path, kind }: LayerFolder): Promise<string[]> {
  if (kind === 'drive') return [];
  const name = (await namesIn(path)).find((each) => each.toLowerCase() === 'tombstones.txt');
  if (name === undefined) return [];
  const text = await readFile(join(path, name), 'utf8').catch((error: unknown) => {
    throw fileFailure(join(path, name), error);
  });
  const [version, ...lines] = text.replace(/^\ufeff/, '').split(/\r?\n/);
  if (version !== 'Version 1.0') {
    throw new ImageError(
      'UNREADABLE',
      `${join(path, name)} is of another version than 1.0; its removals are not known`,
    );
  }
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const parts = line.split('\\').filter((part) => part !== '');
      const below = parts[0]?.toLowerCase() === 'files' ? parts : ['Files', ...parts];
      return [...below.slice(0, -1), `.wh.${below.at(-1)}`].join('/');
    });
}

async function namesIn(path: string): Promise<string[]> {
  return readdir(path).catch((error: unknown) => {
    throw fileFailure(path, error);
  });
}
