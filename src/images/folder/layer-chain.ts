// Reads which layers a layer of a Windows host lies on.
import { readdir } from 'node:fs/promises';
import { basename, win32 } from 'node:path';
import { DirectoryTree } from '../directory-tree.ts';
import { fileFailure, ImageError } from '../image-error.ts';

/** Windows stacks no more layers than this. */
const MAX_LAYERS = 128;

/** 128 paths of at most 32,767 characters would be more; those of hosts have about a hundred. */
const MAX_BYTES = 1024 * 1024;

/** Hashes, UUIDs and numbers: nothing that leads out of the folder, or that a shell or a report trips over. */
const NAME = /^\w[\w.-]*$/;

/**
 * Names of the folders of the parents, nearest first, from `layerchain.json`, which lists where they lie on the host;
 * none for a base layer, which has no such file. Throws ImageError `UNREADABLE`, `TOO_LARGE` or `INVALID_DOCUMENT`.
 */
export async function readLayerChain(folder: string): Promise<string[]> {
  const inside = await readdir(folder).catch((error: unknown) => {
    throw fileFailure(folder, error);
  });
  const file = inside.find((name) => name.toLowerCase() === 'layerchain.json');
  if (file === undefined) return [];
  const bytes = await new DirectoryTree(folder, 'layer').read(file, MAX_BYTES);
  const invalid = (problem: string): ImageError =>
    new ImageError('INVALID_DOCUMENT', `${file} in the layer ${folder} ${problem}`);
  let places: unknown;
  try {
    places = JSON.parse(bytes.toString().replace(/^\ufeff/, ''));
  } catch {
    throw invalid('is not valid JSON; copy the folder again');
  }
  // What Go writes for an empty list.
  if (places === null) return [];
  if (!Array.isArray(places) || places.some((place) => typeof place !== 'string')) {
    throw invalid('is not a list of folders; copy the folder again');
  }
  if (places.length >= MAX_LAYERS)
    throw invalid(`makes it over ${MAX_LAYERS} layers; no Windows has as many`);
  const names = places.map((place: string) => win32.basename(place));
  if (!names.every((name) => NAME.test(name))) throw invalid('lists something that is no folder of a layer');
  const different = new Set([basename(folder), ...names].map((name) => name.toLowerCase()));
  if (different.size <= names.length) throw invalid('lists a layer twice');
  return names;
}
