// Indexed images in memory, where a matcher looks for them.

import { subjectsOf } from '../../src/matching/subjects.ts';
import type { IndexedImage } from '../../src/model/indexed-image.ts';
import type { Inventory } from '../../src/model/inventory.ts';
import type { MatchSubject } from '../../src/model/match-subject.ts';
import { indexedImage } from '../../src/reports/clair/indexed-image.ts';
import type { MatchedManifest, MatcherParts } from '../../src/service/matcher/matcher.ts';

export class IndexedManifests {
  readonly #manifests = new Map<string, MatchedManifest>();
  readonly #images: IndexedImage[] = [];
  readonly #subjects = new Map<string, MatchSubject>();
  /** How often subjects were asked for. */
  reads = 0;

  readonly manifests: MatcherParts['manifests'] = {
    find: async (digest) => this.#manifests.get(digest),
    image: async (id) => this.#images[id],
  };

  readonly subjects = {
    byKeys: async (keys: readonly string[]) => {
      this.reads++;
      return keys.flatMap((key) => this.#subjects.get(key) ?? []);
    },
    all: async function* (this: IndexedManifests) {
      yield* [...this.#subjects.values()].map((subject, id) => ({ id, subject }));
    }.bind(this),
    manifestsWith: async function* (this: IndexedManifests, ids: readonly number[]) {
      const keys = [...this.#subjects.keys()];
      for (const { digest, image } of this.#manifests.values()) {
        const own = this.#images[image ?? -1]?.subjects ?? [];
        const subjects = ids.filter((id) => own.includes(keys[id] ?? ''));
        if (subjects.length > 0) yield { manifest: digest, subjects };
      }
    }.bind(this),
  };

  /** The digest of a manifest with this content, as it comes back from a store: through JSON. */
  add(
    inventory: Inventory,
    layers: readonly string[],
    { state = 'IndexFinished', kind = 'windows' }: Partial<Pick<MatchedManifest, 'state' | 'kind'>> = {},
  ): string {
    const digest = `sha256:${this.#manifests.size.toString(16).padStart(64, '0')}`;
    const stored = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
    this.#images.push(stored(indexedImage(inventory, layers)));
    this.#manifests.set(digest, { digest, kind, state, layers, image: this.#images.length - 1 });
    for (const subject of subjectsOf(inventory)) this.#subjects.set(subject.key, stored(subject));
    return digest;
  }

  /** Takes the subjects away, as when the image is deleted meanwhile. */
  forget(): void {
    this.#subjects.clear();
  }
}
