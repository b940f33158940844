// The names of a layer's files and links, grouped by folder: what a later question about presence is answered from.
import type { FileNames } from '../model/layer-facts.ts';

/** The component store holds every version of every file once more, and UtilityVM another Windows. */
const LEFT_OUT = /^(?:FILES\/WINDOWS\/WINSXS|UTILITYVM)(?:\/|$)/;

export class FileNamesCollector {
  readonly #folders = new Map<string, string[]>();
  /** Entries of a folder mostly follow one another. */
  #last: { folder: string; names: string[] } | undefined;

  /** `path` is canonical, `spelling` as the layer writes it. */
  add(path: string, spelling: string): void {
    if (LEFT_OUT.test(path)) return;
    const slash = spelling.lastIndexOf('/');
    const folder = slash < 0 ? '' : spelling.slice(0, slash);
    if (this.#last?.folder !== folder) {
      const names = this.#folders.get(folder) ?? [];
      this.#folders.set(folder, names);
      this.#last = { folder, names };
    }
    this.#last.names.push(spelling.slice(slash + 1));
  }

  finish(): FileNames {
    return Object.fromEntries(this.#folders);
  }
}

/** Paths of all files, as the layer spells them. */
export function* filePaths(names: FileNames): Generator<string> {
  for (const [folder, files] of Object.entries(names)) {
    for (const file of files) yield folder === '' ? file : `${folder}/${file}`;
  }
}
