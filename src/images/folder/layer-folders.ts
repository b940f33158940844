// Finds the layers that a folder on disk stands for: one unpacked layer, a system drive, or a chain of `windowsfilter`.
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, win32 } from 'node:path';
import { fileFailure, ImageError } from '../image-error.ts';

/** Windows stacks no more layers than this. */
const MAX_LAYERS = 128;

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
  /** Names of layers below these that the chain lists and that were not copied along. */
  readonly missing: readonly string[];
}

/** Throws ImageError `NOT_FOUND`, `UNREADABLE`, `NOT_AN_IMAGE` or `INVALID_DOCUMENT`. */
export async function findLayerFolders(path: string): Promise<LayerFolders> {
  const names = await namesIn(path);
  if (!has(names, 'Files') && !has(names, 'Hives')) {
    if (has(names, 'Windows') && has(await namesIn(join(path, spelled(names, 'Windows'))), 'System32')) {
      return { folders: [{ path, kind: 'drive' }], missing: [] };
    }
    throw new ImageError('NOT_AN_IMAGE', await whatIsThere(path, names));
  }
  if (!has(names, 'layerchain.json')) return { folders: [{ path, kind: 'layer' }], missing: [] };
  const chain = await readChain(join(path, spelled(names, 'layerchain.json')));
  const folders: LayerFolder[] = [];
  const all = [basename(path), ...chain];
  for (const [index, name] of all.entries()) {
    const folder = join(dirname(path), name);
    const inside = index === 0 ? names : await namesIn(folder).catch(() => undefined);
    if (inside === undefined || !(has(inside, 'Files') || has(inside, 'Hives'))) {
      // What is above the gap cannot be told without the registry that Windows merged for it.
      const top = folders.pop()!;
      return { folders: [{ ...top, kind: 'merged' }, ...folders.reverse()], missing: all.slice(index) };
    }
    folders.push({ path: folder, kind: 'layer' });
  }
  return { folders: folders.reverse(), missing: [] };
}

/** Names of the parents' folders, nearest first: the file lists their places on the host they come from. */
async function readChain(path: string): Promise<string[]> {
  const invalid = (problem: string): ImageError => new ImageError('INVALID_DOCUMENT', `${path} ${problem}`);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw fileFailure(path, error);
  });
  let places: unknown;
  try {
    places = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    throw invalid('is not valid JSON; copy the folder again');
  }
  if (places === null) return [];
  if (!Array.isArray(places) || places.some((place) => typeof place !== 'string')) {
    throw invalid('is not a list of folders; copy the folder again');
  }
  if (places.length >= MAX_LAYERS) throw invalid(`lists ${MAX_LAYERS} layers or more`);
  const names = places.map((place: string) => win32.basename(place));
  if (names.some((name) => !/^[\w-][\w.-]*$/.test(name)))
    throw invalid('lists something that is no folder of a layer');
  if (new Set([...names, basename(dirname(path))]).size !== names.length + 1)
    throw invalid('lists a layer twice');
  return names;
}

async function namesIn(path: string): Promise<string[]> {
  return readdir(path).catch((error: unknown) => {
    throw fileFailure(path, error);
  });
}

function has(names: readonly string[], name: string): boolean {
  return names.some((each) => each.toLowerCase() === name.toLowerCase());
}

function spelled(names: readonly string[], name: string): string {
  return names.find((each) => each.toLowerCase() === name.toLowerCase()) ?? name;
}

async function whatIsThere(path: string, names: readonly string[]): Promise<string> {
  const layers: string[] = [];
  for (const name of names.slice(0, 1000)) {
    const inside = await namesIn(join(path, name)).catch(() => []);
    if (has(inside, 'Files')) layers.push(name);
  }
  if (layers.length > 0) {
    const [first] = layers;
    return `${path} holds ${layers.length} layers and is none itself; name the topmost one, such as dir:${join(path, first!)}`;
  }
  return `${path} holds neither Files and Hives, as an unpacked layer does, nor Windows/System32, as a system drive does`;
}
