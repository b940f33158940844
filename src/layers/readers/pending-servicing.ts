// Takes note of the file that lists servicing operations which wait for a restart.
import type { FileFacts } from '../../model/layer-facts.ts';
import type { CollectedFacts, LayerReader, WantedFile } from '../layer-reader.ts';

export const PENDING_FILE = 'FILES/WINDOWS/WINSXS/PENDING.XML';

/** Its presence says all: it lies in the component store, where names are not kept. */
export class PendingServicing implements LayerReader {
  readonly #files: FileFacts[] = [];

  wants(path: string): boolean {
    return path === PENDING_FILE;
  }

  open({ path, spelling, sizeBytes }: WantedFile): undefined {
    this.#files.push({ path, spelling, sizeBytes });
  }

  finish(facts: CollectedFacts): void {
    facts.files.push(...this.#files);
  }
}
