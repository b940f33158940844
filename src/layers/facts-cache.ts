// Layer facts on disk, by digest: a layer that many images share is read once.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { writeFileAtomically } from '../base/atomic-file.ts';
import type { Digest } from '../base/digest.ts';
import type { LayerFacts } from '../model/layer-facts.ts';
import { READER_VERSION } from './reader-version.ts';

export class FactsCache {
  readonly #folder: string;

  constructor(cacheFolder: string) {
    this.#folder = join(cacheFolder, 'layers', `v${READER_VERSION}`);
  }

  /** `undefined` when the layer has not been read, or its file is damaged: then it is read again. */
  async get(digest: Digest): Promise<LayerFacts | undefined> {
    try {
      return JSON.parse(gunzipSync(await readFile(this.#path(digest))).toString('utf8')) as LayerFacts;
    } catch {
      return undefined;
    }
  }

  /** Kept under both names of the layer: archives of `docker save` know only the uncompressed one. */
  async put(facts: LayerFacts): Promise<void> {
    const bytes = gzipSync(JSON.stringify(facts), { level: 4 });
    for (const digest of new Set([facts.digest, facts.diffId])) {
      await writeFileAtomically(this.#path(digest), bytes);
    }
  }

  #path(digest: Digest): string {
    const [algorithm = '', hex = ''] = digest.split(':');
    return join(this.#folder, algorithm, hex.slice(0, 2), `${hex}.json.gz`);
  }
}
