// The single streaming pass over a layer: decompress, verify both digests, parse the tar, feed the readers.
import type { Digest } from '../base/digest.ts';
import { ClearstoryError } from '../base/error.ts';
import { decompress } from '../formats/compression/decompress.ts';
import type { TarEntry, TarSink } from '../formats/tar/tar-entry.ts';
import { TarParser } from '../formats/tar/tar-parser.ts';
import { ImageError } from '../images/image-error.ts';
import type { FileNames, FileWarning, LayerFacts, LinkFact } from '../model/layer-facts.ts';
import { FileNamesCollector } from './file-names.ts';
import { inComponentStore, resolveWithin } from './hard-links.ts';
import { LayerError } from './layer-error.ts';
import { parseLayerPath, whiteoutTarget } from './layer-path.ts';
import { type CollectedFacts, type LayerReader, nothingCollected } from './layer-reader.ts';
import { DependencyFiles } from './readers/dependency-files.ts';
import { PeFiles } from './readers/pe-files.ts';
import { PendingServicing } from './readers/pending-servicing.ts';
import { RegistryHives } from './readers/registry-hives.ts';
import { ServicingManifests } from './readers/servicing-manifests.ts';
import { CountedHash, StoredBytes } from './stored-bytes.ts';

/** Every detector that looks into layers; a new one is one more line. The first that wants a file gets it. */
const READERS: readonly (new () => LayerReader)[] = [
  RegistryHives,
  PendingServicing,
  ServicingManifests,
  DependencyFiles,
  PeFiles,
];

export interface LayerSource {
  /** The layer's bytes as stored, from the start; called again when hard links need a second look. */
  open(): AsyncIterable<Uint8Array>;
  /** For messages: `layer 2 of 3 (sha256:…)`. */
  readonly where: string;
  /** Of the stored bytes; either may be unknown. */
  readonly digest: Digest | undefined;
  readonly diffId: Digest | undefined;
  /** Called with the number of stored bytes read since the last call. */
  onBytes?(bytes: number): void;
  /** Called with the size in bytes of each file that is read, after room was made for it and before it is filled. */
  onFile?(bytes: number): void;
}

/**
 * Reads a layer once, in bounded memory, unpacking nothing. What is wrong with bytes whose digest is known is said only
 * of the layer's own: others are a `DIGEST_MISMATCH`, whatever is in them.
 * @throws LayerError when the layer is damaged, hostile, or not the one its digests name.
 */
export async function readLayer(source: LayerSource): Promise<LayerFacts> {
  return inLayer(source, async () => {
    const pass = new LayerPass([], source);
    const totals = await stream(source, pass);
    const { content, again, below } = resolveWithin(pass.links, pass.finish(), pass.seen);
    if (again.length > 0) {
      const second = new LayerPass(again, source);
      await stream(source, second);
      second.finish(content);
    }
    const warnings = limited(content.warnings);
    return { ...totals, ...content, warnings, names: pass.names, whiteouts: pass.whiteouts, links: below };
  });
}

/** A layer made to annoy could fill the report with them; nobody reads more. */
const MAX_WARNINGS = 1000;

function limited(warnings: readonly FileWarning[]): readonly FileWarning[] {
  const more = warnings.length - MAX_WARNINGS;
  if (more <= 0) return warnings;
  const reason = `${more} more files of this layer cannot be read`;
  return [...warnings.slice(0, MAX_WARNINGS), { path: 'Files', reason }];
}

/**
 * Reads, under the names they are wanted by, the files that hard links of a layer above point to.
 * Links whose target this layer does not hold come back as `missing`.
 * @throws LayerError as `readLayer` does.
 */
export function readLinked(
  source: LayerSource,
  links: readonly LinkFact[],
): Promise<{ content: CollectedFacts; missing: LinkFact[] }> {
  return inLayer(source, async () => {
    const pass = new LayerPass(links, source);
    await stream(source, pass);
    return { content: pass.finish(), missing: links.filter((link) => !pass.delivered.has(link.target)) };
  });
}

/** They are held in memory. The paths of a Server Core base, the component store included, have some 15 million. */
const MAX_NAME_CHARACTERS = 64 * 1024 * 1024;

/** One walk through the entries, with fresh readers. */
class LayerPass {
  readonly whiteouts: string[] = [];
  /** Wanted names that are hard links; their data lie elsewhere. */
  readonly links: LinkFact[] = [];
  /** Canonical paths of all files that carry data. */
  readonly seen = new Set<string>();
  /** Targets of `wantedLinks` that were met. */
  readonly delivered = new Set<string>();
  readonly parser = new TarParser((entry) => this.#entry(entry));
  readonly #names = new FileNamesCollector();
  readonly #readers = READERS.map((Reader) => new Reader());
  readonly #wantedLinks = new Map<string, readonly LinkFact[]>();
  readonly #onFile: (bytes: number) => void;
  #nameCharacters = 0;

  /** `wantedLinks`: when there are any, only their targets are read, under the names they are wanted by. */
  constructor(wantedLinks: readonly LinkFact[], source: LayerSource) {
    this.#onFile = (bytes) => source.onFile?.(bytes);
    for (const link of wantedLinks) {
      this.#wantedLinks.set(link.target, [...(this.#wantedLinks.get(link.target) ?? []), link]);
    }
  }

  get names(): FileNames {
    return this.#names.finish();
  }

  finish(facts: CollectedFacts = nothingCollected()): CollectedFacts {
    for (const reader of this.#readers) reader.finish(facts);
    return facts;
  }

  #entry(entry: TarEntry): TarSink | undefined {
    this.#countNames(entry);
    const { path, stream } = parseLayerPath(entry.path);
    if (stream !== undefined) return undefined;
    if (this.#wantedLinks.size > 0) return this.#linkTarget(entry, path);
    const removed = whiteoutTarget(path);
    if (removed !== undefined) {
      this.whiteouts.push(removed);
      return undefined;
    }
    if (entry.type === 'file') {
      this.seen.add(path);
      this.#names.add(path, entry.path);
      return this.#open(path, entry);
    }
    if (entry.type === 'symlink') this.#names.add(path, entry.path);
    if (entry.type === 'hardlink') {
      this.#names.add(path, entry.path);
      const reader = this.#readerFor(path);
      if (reader && !inComponentStore(path)) {
        const target = parseLayerPath(entry.linkPath ?? '').path;
        this.links.push({ path, target, byName: !(reader instanceof PeFiles) });
      }
    }
    return undefined;
  }

  #countNames({ path, linkPath = '' }: TarEntry): void {
    this.#nameCharacters += path.length + linkPath.length;
    if (this.#nameCharacters <= MAX_NAME_CHARACTERS) return;
    throw new LayerError(
      'TOO_LARGE',
      'the names of its files are together over the limit of 64 Mi characters; no image has as many',
    );
  }

  #readerFor(path: string): LayerReader | undefined {
    return this.#readers.find((reader) => reader.wants(path));
  }

  #open(path: string, { path: spelling, sizeBytes }: TarEntry): TarSink | undefined {
    const sink = this.#readerFor(path)?.open({ path, spelling, sizeBytes });
    if (sink) this.#onFile(sizeBytes);
    return sink;
  }

  #linkTarget(entry: TarEntry, path: string): TarSink | undefined {
    const links = this.#wantedLinks.get(path);
    if (!links || entry.type !== 'file') return undefined;
    this.delivered.add(path);
    const sinks = links.flatMap((link) => this.#open(link.path, entry) ?? []);
    return {
      write: (chunk) => {
        for (const sink of sinks) sink.write(chunk);
      },
      end: () => {
        for (const sink of sinks) sink.end();
      },
    };
  }
}

type Totals = Pick<LayerFacts, 'digest' | 'diffId' | 'sizeBytes' | 'uncompressedBytes' | 'entries'>;

async function stream(source: LayerSource, pass: LayerPass): Promise<Totals> {
  const stored = new StoredBytes(source);
  const unpacked = new CountedHash('sha256');
  try {
    for await (const chunk of decompress(stored.chunks())) {
      unpacked.update(chunk);
      pass.parser.write(chunk);
    }
    stored.verify();
  } catch (error) {
    // Which bytes they are comes first: of another layer's it is of no use to know how they are damaged.
    if (error instanceof ClearstoryError && !(error instanceof ImageError)) await stored.verifyRest();
    throw error;
  } finally {
    await stored.close();
  }
  const diffId = unpacked.digest();
  if (source.diffId !== undefined && diffId !== source.diffId) {
    throw new LayerError(
      'DIFF_ID_MISMATCH',
      `unpacked it is ${diffId}, the image config names ${source.diffId}`,
    );
  }
  pass.parser.end();
  return {
    digest: stored.digest,
    diffId,
    sizeBytes: stored.bytes,
    uncompressedBytes: unpacked.bytes,
    entries: pass.parser.entries,
  };
}

/** Says of every failure which layer it is in. */
async function inLayer<T>(source: LayerSource, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ClearstoryError)) throw error;
    const code = error instanceof LayerError ? error.code : 'UNREADABLE';
    throw new LayerError(code, `${source.where}: ${error.message}`, { cause: error });
  }
}
