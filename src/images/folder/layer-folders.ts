// Finds the layers that a folder on disk stands for: one unpacked layer, a system drive, or a chain of `windowsfilter`.
import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileFailure, ImageError } from '../image-error.ts';
import { readLayerChain } from './layer-chain.ts';

/** One layer on disk. */
export interface LayerFolder {
  readonly path: string;
  /**
   * `layer`: holds `Files` and `Hives`. `drive`: what a layer has below `Files`. `merged`: of a chain whose lower
   * layers are not there; its `Hives/*_Base` are the registry of the whole chain up to here.
   */
  readonly kind: 'layer' | 'drive' | 'merged';
}

export interface LayerFolders {
  /** Bottom first. */
  readonly folders: readonly LayerFolder[];
  /**
   * Names of the layers below these that the chain goes on with, nearest first. The first one is not beside the
   * folder; those after it are not read even when they are there, since much of them may be replaced in the gap.
   */
  readonly missing: readonly string[];
}

/** A folder for all images of a host holds some hundred; what is below is looked at for the sake of a message only. */
const MAX_LOOKED_INTO = 1000;

/**
 * The layers of the folder that the user names. Links within it and beside it are not followed. Throws ImageError
 * `NOT_FOUND`, `NOT_AN_IMAGE`, `UNREADABLE`, `TOO_LARGE` or `INVALID_DOCUMENT`.
 */
export async function findLayerFolders(path: string): Promise<LayerFolders> {
  // The chain lies beside the folder itself, not beside a link to it.
  const root = await realpath(path).catch((error: unknown) => {
    throw fileFailure(path, error);
  });
  const inside = await list(root);
  const windows = folderNamed(inside, 'Windows');
  if (windows !== undefined && folderNamed(await list(join(root, windows)), 'System32') !== undefined) {
    return { folders: [{ path: root, kind: 'drive' }], missing: [] };
  }
  if (!isLayer(inside)) throw new ImageError('NOT_AN_IMAGE', await whatIsThere(root, inside));
  return chainOf(root);
}

async function chainOf(top: string): Promise<LayerFolders> {
  const parents = await readLayerChain(top);
  const folders: LayerFolder[] = [{ path: top, kind: 'layer' }];
  for (const [index, name] of parents.entries()) {
    const folder = join(dirname(top), name);
    if (!(await isThere(folder))) {
      return { folders: await aboveGap(folders.reverse()), missing: parents.slice(index) };
    }
    folders.push({ path: folder, kind: 'layer' });
  }
  return { folders: folders.reverse(), missing: [] };
}

/** What differs from a registry that is not there says little, unless Windows has merged the two. */
async function aboveGap([lowest, ...above]: readonly LayerFolder[]): Promise<LayerFolder[]> {
  const { path } = lowest!;
  const hives = folderNamed(await list(path), 'Hives');
  const merged = hives !== undefined && (await hasMergedRegistry(join(path, hives)));
  return [{ path, kind: merged ? 'merged' : 'layer' }, ...above];
}

async function hasMergedRegistry(hives: string): Promise<boolean> {
  const software = (await list(hives)).find((each) => each.isFile() && isNamed(each, 'Software_Base'));
  return software !== undefined && ((await statsOf(join(hives, software.name)))?.size ?? 0) > 0;
}

async function isThere(folder: string): Promise<boolean> {
  const stats = await statsOf(folder);
  if (stats?.isSymbolicLink()) {
    throw new ImageError('UNREADABLE', `${folder} is a link; put the folder of the layer itself there`);
  }
  return stats?.isDirectory() === true && isLayer(await list(folder));
}

async function statsOf(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error: unknown) => {
    const failure = fileFailure(path, error);
    if (failure.code === 'NOT_FOUND') return undefined;
    throw failure;
  });
}

async function list(path: string): Promise<Dirent[]> {
  return readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') {
      throw new ImageError(
        'NOT_AN_IMAGE',
        `${path} is no folder; archives are named by docker-archive: or oci-archive:`,
      );
    }
    throw fileFailure(path, error);
  });
}

function isLayer(inside: readonly Dirent[]): boolean {
  return folderNamed(inside, 'Files') !== undefined || folderNamed(inside, 'Hives') !== undefined;
}

/** As it is spelled on disk. */
function folderNamed(inside: readonly Dirent[], name: string): string | undefined {
  return inside.find((each) => each.isDirectory() && isNamed(each, name))?.name;
}

function isNamed(entry: Dirent, name: string): boolean {
  return entry.name.toLowerCase() === name.toLowerCase();
}

async function whatIsThere(path: string, inside: readonly Dirent[]): Promise<string> {
  const layers: string[] = [];
  const parents = new Set<string>();
  for (const each of inside.filter((entry) => entry.isDirectory()).slice(0, MAX_LOOKED_INTO)) {
    const folder = join(path, each.name);
    if (!isLayer(await list(folder).catch(() => []))) continue;
    layers.push(each.name);
    for (const parent of await readLayerChain(folder).catch(() => [])) parents.add(parent);
  }
  const top = layers.find((name) => !parents.has(name)) ?? layers[0];
  if (top !== undefined) {
    const several = layers.length === 1 ? '1 layer' : `${layers.length} layers`;
    return `${path} holds ${several} and is none itself; name the topmost one, such as dir:${join(path, top)}`;
  }
  return `${path} holds neither Files and Hives, as an unpacked layer does, nor Windows/System32, as a system drive does; name the folder of a layer (links are not followed)`;
}
