// The catalogue of base layers: which Windows a layer is known to end in, by its digest, on disk.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../base/atomic-file.ts';
import type { Digest } from '../base/digest.ts';
import type { Image } from '../images/image-source.ts';
import type { Inventory } from '../model/inventory.ts';
import type { KnownBase } from '../model/known-base.ts';
import type { ImageFacts } from '../model/layer-facts.ts';
import { parseWindowsVersion } from '../model/windows-version.ts';
import { baseTop } from './base-top.ts';
import { readKnownBase } from './catalogue-file.ts';

/** A base with what it is the base of. */
export interface FoundBase {
  readonly base: KnownBase;
  /** How many layers of the image belong to it. */
  readonly layers: number;
}

/** One small file a layer, so that scans side by side need no lock, and a sweep reads only what it asks for. */
export class BaseCatalogue {
  readonly #folder: string;

  constructor(cacheFolder: string) {
    this.#folder = join(cacheFolder, 'catalog', 'v1');
  }

  /**
   * The topmost layer of the image that is known. `undefined`: none is, or the history names an update above it that
   * is not.
   */
  async find(image: Image): Promise<FoundBase | undefined> {
    const top = baseTop(image);
    for (let index = image.layers.length - 1; index >= 0; index--) {
      const { digest, diffId } = image.layers[index]!;
      const base = (digest && (await this.#get(digest))) ?? (diffId && (await this.#get(diffId)));
      if (base) return top !== undefined && index < top ? undefined : { base, layers: index + 1 };
    }
    return undefined;
  }

  /** What was read replaces what was stated, never the reverse. `false`: it was known already, or better. */
  async put(base: KnownBase): Promise<boolean> {
    const known = await this.#get(base.digest);
    if (known && (known.basis === 'registry' || base.basis === 'config')) return false;
    const text = `${JSON.stringify(base)}\n`;
    for (const name of new Set([base.digest, base.diffId])) {
      await writeFileAtomically(this.#path(name), text);
    }
    return true;
  }

  /** Every layer once, by digest. */
  async *all(): AsyncGenerator<KnownBase> {
    const names = await readdir(this.#folder, { recursive: true }).catch(() => [] as string[]);
    for (const name of names.filter((each) => each.endsWith('.json')).sort()) {
      const base = await this.#read(join(this.#folder, name));
      if (base && this.#path(base.digest) === join(this.#folder, name)) yield base;
    }
  }

  #get(digest: Digest): Promise<KnownBase | undefined> {
    return this.#read(this.#path(digest));
  }

  /** A damaged file is as good as none: what it said is learned again. */
  async #read(path: string): Promise<KnownBase | undefined> {
    try {
      return readKnownBase(JSON.parse(await readFile(path, 'utf8')));
    } catch {
      return undefined;
    }
  }

  #path(digest: Digest): string {
    const [algorithm = '', hex = ''] = digest.split(':');
    return join(this.#folder, algorithm, hex.slice(0, 2), `${hex}.json`);
  }
}

/** What a scan teaches: the layer that set the revision, unless anything about it is in doubt. */
export function learnedFromScan(
  { layers, absent }: ImageFacts,
  { os, notices }: Inventory,
): KnownBase | undefined {
  const layer = layers.find(({ digest }) => digest === os?.introducedIn);
  const isDoubtful = notices.some(({ code, uncertain }) => uncertain && code !== 'SERVICING_PENDING');
  if (!os || !layer || os.basis !== 'registry' || absent.length > 0 || isDoubtful) return undefined;
  return {
    digest: layer.digest,
    diffId: layer.diffId,
    build: os.build,
    revision: os.revision,
    basis: 'registry',
    ...(os.installationType && { installationType: os.installationType }),
    ...(os.edition && { edition: os.edition }),
    ...(os.architecture && { architecture: os.architecture }),
  };
}

/** What manifest and config teach without a look at any layer; `undefined` when they do not tell where the base ends. */
export function learnedFromConfig(image: Image): KnownBase | undefined {
  const version = parseWindowsVersion(image.config.osVersion ?? '');
  const top = baseTop(image) ?? (image.layers.length <= 2 ? image.layers.length - 1 : undefined);
  const layer = top === undefined ? undefined : image.layers[top];
  if (!version || layer?.digest === undefined || layer.diffId === undefined) return undefined;
  const { architecture } = image.config;
  return {
    digest: layer.digest,
    diffId: layer.diffId,
    ...version,
    basis: 'config',
    ...(architecture !== 'unknown' && { architecture }),
  };
}
