// Hard links from a layer to files of the layers below: for each the nearest layer that has it counts.
import { isDeepStrictEqual } from 'node:util';
import type { AbsentLayer, LayerContent, LayerFacts, LentContent, LinkFact } from '../model/layer-facts.ts';
import { resolveBelow } from './hard-links.ts';
import { type CollectedFacts, nothingCollected } from './layer-reader.ts';

/** The bytes of the layers of one image, by their place in it, bottom first. */
export interface LayerLender {
  /** Looks at the bytes of a layer once more, as `readLinked` does. */
  look(layer: number, links: readonly LinkFact[]): Promise<{ content: CollectedFacts; missing: LinkFact[] }>;
  /** Facts of a layer that now hold what was asked of it. */
  keep(facts: LayerFacts): Promise<void>;
  /** Why the layer cannot be had, where the image is read all the same; `undefined`: the failure stands. */
  reasonToGoOn(layer: number, error: unknown): string | undefined;
}

/** The layers of one image, bottom first, whose bytes can be looked at again. */
export class LinkedLayers {
  readonly #lender: LayerLender;

  constructor(lender: LayerLender) {
    this.#lender = lender;
  }

  /** Throws what the lender throws. */
  async resolve(layers: readonly LayerFacts[], absent: readonly AbsentLayer[]): Promise<LayerFacts[]> {
    const resolved = [...layers];
    for (const [index, facts] of layers.entries()) {
      let open = facts.links;
      for (let below = index - 1; below >= 0 && open.length > 0; below--) {
        if (absent.some(({ layer }) => layer === resolved[below]!.digest)) continue;
        const found = nothingCollected();
        const unknown = resolveBelow(open, resolved[below]!, found);
        const lent = unknown.length > 0 ? await this.#lend(resolved, below, unknown) : undefined;
        resolved[index] = withContent(withContent(resolved[index]!, found), lent);
        open = lent?.missing ?? [];
      }
    }
    return resolved;
  }

  /** A layer whose facts are known from earlier may be out of reach by now: then what is asked of it is told as unread. */
  async #lend(layers: LayerFacts[], index: number, links: readonly LinkFact[]): Promise<LentContent> {
    try {
      return await this.#borrow(layers, index, links);
    } catch (error) {
      const reason = this.#lender.reasonToGoOn(index, error);
      if (reason === undefined) throw error;
      const warnings = links.map(({ path }) => ({
        path,
        reason: `it is a hard link into layer ${index + 1}, which cannot be had: ${reason}`,
      }));
      return { ...nothingCollected(), asked: links, missing: [], warnings };
    }
  }

  /** One look at the bytes of a lower layer for all that the layer above asks of it; what it gives is kept. */
  async #borrow(layers: LayerFacts[], index: number, links: readonly LinkFact[]): Promise<LentContent> {
    const facts = layers[index]!;
    const known = facts.lent?.find((lent) => isDeepStrictEqual(lent.asked, links));
    if (known) return known;
    const { content, missing } = await this.#lender.look(index, links);
    const lent = { asked: links, missing, ...content };
    layers[index] = { ...facts, lent: [...(facts.lent ?? []), lent] };
    await this.#lender.keep(layers[index]);
    return lent;
  }
}

function withContent(facts: LayerFacts, content: LayerContent | undefined): LayerFacts {
  if (!content) return facts;
  return {
    ...facts,
    hives: [...facts.hives, ...content.hives],
    files: [...facts.files, ...content.files],
    servicingManifests: [...facts.servicingManifests, ...content.servicingManifests],
    dependencyFiles: [...facts.dependencyFiles, ...content.dependencyFiles],
    warnings: [...facts.warnings, ...content.warnings],
  };
}
