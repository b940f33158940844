// Where in which file each value of the configuration stands, so that messages can point at it.

export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** Names of keys and positions in lists, from the top. */
export type Path = readonly (string | number)[];

/** Files merged later take over the places of what they replace. */
export class Places {
  readonly #places = new Map<string, Place>();

  set(path: Path, place: Place): void {
    this.#places.set(keyOf(path), place);
  }

  /** The place of the value, or of the closest thing around it that has one. */
  find(path: Path): Place | undefined {
    for (let length = path.length; length >= 0; length--) {
      const place = this.#places.get(keyOf(path.slice(0, length)));
      if (place) return place;
    }
    return undefined;
  }

  /** Takes over what `other` says of `from` and all below, as the places of `to`. */
  take(other: Places, from: Path = [], to: Path = []): void {
    for (const [key, place] of other.#places) {
      const path = JSON.parse(key) as Path;
      if (!from.every((name, index) => path[index] === name)) continue;
      const target = [...to, ...path.slice(from.length)];
      // What is nowhere is missed in the first file, not in the last.
      if (target.length > 0) this.set(target, place);
    }
  }

  /** Forgets all below `path`: what stood at a position of a list may have moved. */
  forgetBelow(path: Path): void {
    for (const key of this.#places.keys()) {
      const other = JSON.parse(key) as Path;
      if (other.length > path.length && path.every((name, index) => other[index] === name)) {
        this.#places.delete(key);
      }
    }
  }
}

/** `config.yaml:12:3`. */
export function formatPlace({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
}
