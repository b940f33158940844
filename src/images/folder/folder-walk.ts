// Lists what of a folder on disk belongs to the layer, in the order of its names.
import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { fileFailure, ImageError } from '../image-error.ts';
import type { LayerFolder } from './layer-folders.ts';

/** A Server Core base layer has some 10^5 files and folders; the tar parser stops at as many as well. */
const MAX_ENTRIES = 2_000_000;

/** Real images are a few dozen folders deep; the walk holds the names of every folder on its way. */
const MAX_DEPTH = 256;

/** The registry as the host merged it up to a layer, and where a base layer has the same hive. */
const MERGED_HIVES: ReadonlyMap<string, string> = new Map([
  ['SOFTWARE', 'SOFTWARE'],
  ['SYSTEM', 'SYSTEM'],
  ['DEFAULTUSER', 'DEFAULT'],
]);
const CONFIG = 'Files/Windows/System32/config';

export interface FolderEntry {
  /** On disk. Names of Linux are bytes, and what `tar` unpacked need not be UTF-8. */
  readonly from: Buffer;
  /** In the layer, with forward slashes. */
  readonly path: string;
  readonly type: 'file' | 'symlink';
}

/**
 * The files and links of a layer, each folder sorted by the bytes of its names. Folders themselves are left out, since
 * no reader asks for them; so are devices and the like, the utility VM, and what a Windows host keeps for itself.
 * `entries` throws ImageError `UNREADABLE`, `NOT_FOUND` or `TOO_LARGE`.
 */
export class FolderWalk {
  readonly #folder: LayerFolder;
  readonly #limits: { readonly entries: number; readonly depth: number };
  #entries = 0;

  constructor(folder: LayerFolder, limits = { entries: MAX_ENTRIES, depth: MAX_DEPTH }) {
    this.#folder = folder;
    this.#limits = limits;
  }

  async *entries(): AsyncGenerator<FolderEntry> {
    const { path, kind } = this.#folder;
    const root = Buffer.from(path);
    if (kind === 'drive') {
      yield* this.#below(root, 'Files', 0);
      return;
    }
    const folders = (await this.#list(root)).filter((each) => each.isDirectory());
    const named = (name: string): Buffer[] =>
      folders.filter((each) => each.name.toString().toLowerCase() === name).map((each) => child(root, each));
    const hives = (await Promise.all(named('hives').map((folder) => this.#hives(folder)))).flat();
    const merged = hives.map((hive) => hive.path.toLowerCase());
    for (const files of named('files')) {
      for await (const entry of this.#below(files, 'Files', 0)) {
        // Transaction logs go with their hive.
        if (!merged.includes(entry.path.toLowerCase().replace(/\.log\d?$/, ''))) yield entry;
      }
    }
    yield* hives;
  }

  /**
   * `NAME_Base` is what Windows merged from all layers up to this one, and as such no part of it. Above a gap it is what
   * there is of the layers below; it holds the layer's own `NAME_Delta` already, which then must not be applied again.
   */
  async #hives(folder: Buffer): Promise<FolderEntry[]> {
    const files = (await this.#list(folder)).filter((each) => each.isFile());
    const own: (FolderEntry & { stem: string })[] = [];
    const merged = new Map<string, FolderEntry>();
    for (const file of files) {
      const name = file.name.toString();
      const from = child(folder, file);
      const [, stem = '', kind, log] = /^(.*)_(BASE|DELTA)(\.LOG\d?)?$/.exec(name.toUpperCase()) ?? [];
      if (kind !== 'BASE') {
        own.push({ from, path: `Hives/${name}`, type: 'file', stem });
        continue;
      }
      const hive = MERGED_HIVES.get(stem);
      if (this.#folder.kind !== 'merged' || hive === undefined || log !== undefined) continue;
      if ((await sizeOf(from)) > 0) merged.set(stem, { from, path: `${CONFIG}/${hive}`, type: 'file' });
    }
    return [...own.filter(({ stem }) => !merged.has(stem)), ...merged.values()];
  }

  async *#below(folder: Buffer, path: string, depth: number): AsyncGenerator<FolderEntry> {
    if (depth > this.#limits.depth) {
      throw new ImageError('TOO_LARGE', `${folder} is over ${this.#limits.depth} folders deep; no image is`);
    }
    for (const each of await this.#list(folder)) {
      const name = each.name.toString();
      if (isOfTheHost(name, depth)) continue;
      const from = child(folder, each);
      if (each.isDirectory()) yield* this.#below(from, `${path}/${name}`, depth + 1);
      else if (each.isFile()) yield { from, path: `${path}/${name}`, type: 'file' };
      else if (each.isSymbolicLink()) yield { from, path: `${path}/${name}`, type: 'symlink' };
    }
  }

  async #list(folder: Buffer): Promise<Dirent<Buffer>[]> {
    const names = await readdir(folder, { encoding: 'buffer', withFileTypes: true }).catch(
      (error: unknown) => {
        throw fileFailure(folder.toString(), error);
      },
    );
    this.#entries += names.length;
    if (this.#entries > this.#limits.entries) {
      throw new ImageError(
        'TOO_LARGE',
        `${this.#folder.path} has over ${this.#limits.entries} files and folders; no image has`,
      );
    }
    return names.sort((a, b) => Buffer.compare(a.name, b.name));
  }
}

/** The recycle bin of the drive, and what the filter driver notes beside a folder. */
function isOfTheHost(name: string, depth: number): boolean {
  return (depth === 0 && /^\$recycle\.bin$/i.test(name)) || /\.\$wcidirs\$$/i.test(name);
}

function child(folder: Buffer, { name }: Dirent<Buffer>): Buffer {
  return Buffer.concat([folder, Buffer.from('/'), name]);
}

async function sizeOf(path: Buffer): Promise<number> {
  const { size } = await lstat(path).catch((error: unknown) => {
    throw fileFailure(path.toString(), error);
  });
  return size;
}
