// How a reader takes part in the single pass over a layer.
import type { TarSink } from '../formats/tar/tar-entry.ts';
import type { Image, LayerDescriptor } from '../images/image-source.ts';
import type { ImageFacts, LayerContent, LayerFacts } from '../model/layer-facts.ts';

/** Collects facts from the files it asks for. One instance serves one layer. */
export interface LayerReader {
  /** `path` is canonical: upper case, forward slashes. Called for every file of the layer. */
  wants(path: string): boolean;
  /**
   * Receives one wanted file. `path` is the name it was wanted by, which for a hard link is not the name the
   * data lies at; `spelling` is that name as the layer writes it.
   */
  open(file: WantedFile): TarSink | undefined;
  /** Called once after the last entry. */
  finish(facts: CollectedFacts): void;
}

export interface WantedFile {
  readonly path: string;
  readonly spelling: string;
  readonly sizeBytes: number;
}

/** `LayerContent` while it is collected. */
export type CollectedFacts = { -readonly [Part in keyof LayerContent]: LayerContent[Part][number][] };

export function nothingCollected(): CollectedFacts {
  return { hives: [], files: [], servicingManifests: [], dependencyFiles: [], warnings: [] };
}

/** Stands for a layer that is not read, so that the others keep their places. It has a name in some manifest. */
export function nothingRead({ digest, diffId, sizeBytes }: LayerDescriptor): LayerFacts {
  const name = (digest ?? diffId)!;
  return {
    ...nothingCollected(),
    digest: name,
    diffId: diffId ?? name,
    sizeBytes,
    uncompressedBytes: 0,
    entries: 0,
    names: {},
    whiteouts: [],
    links: [],
  };
}

/** An image of which no layer is read. */
export function nothingReadOf({ layers }: Image, reason: string): ImageFacts {
  const facts = layers.map(nothingRead);
  return { layers: facts, absent: facts.map(({ digest }) => ({ layer: digest, reason })) };
}
