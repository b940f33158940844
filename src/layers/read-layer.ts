// The single streaming pass over a layer: decompress, verify both digests, parse the tar, feed the readers.
import { createHash, type Hash } from 'node:crypto';
import type { Digest } from '../base/digest.ts';
import { ClearstoryError } from '../base/error.ts';
import { decompress } from '../formats/compression/decompress.ts';
import type { TarEntry, TarSink } from '../formats/tar/tar-entry.ts';
import { TarParser } from '../formats/tar/tar-parser.ts';
import type { FileFacts, HiveFacts, LayerFacts, LinkFact } from '../model/layer-facts.ts';
import { LayerError } from './layer-error.ts';
import { parseLayerPath, whiteoutTarget } from './layer-path.ts';
import type { LayerReader } from './layer-reader.ts';
import { RegistryHives } from './readers/registry-hives.ts';
import { SystemFiles } from './readers/system-files.ts';

/** Every detector that looks into layers; a new one is one more line. */
const READERS: readonly (new () => LayerReader)[] = [RegistryHives, SystemFiles];

export interface LayerSource {
  /** The layer's bytes as stored, from the start; called again when hard links need a second look. */
  open(): AsyncIterable<Uint8Array>;
  /** For messages: `layer 2 of 3 (sha256:…)`. */
  readonly where: string;
  /** Of the stored bytes; `undefined` when only the diff-id is known. */
  readonly digest: Digest | undefined;
  readonly diffId: Digest;
  /** Called with the number of stored bytes read since the last call. */
  onBytes?(bytes: number): void;
}

/**
 * Reads a layer once, in bounded memory, unpacking nothing.
 * @throws LayerError when the layer is damaged, hostile, or not the one its digests name.
 */
export async function readLayer(source: LayerSource): Promise<LayerFacts> {
  return inLayer(source, async () => {
    const pass = new LayerPass([]);
    const totals = await stream(source, pass);
    const { hives, files } = pass.finish();
    const { found, missing } = await resolveWithin(source, pass.links, files);
    return {
      ...totals,
      hives: [...hives, ...found.hives],
      files: [...files, ...found.files],
      whiteouts: pass.whiteouts,
      links: missing,
    };
  });
}

/**
 * Reads, under the names they were wanted by, the files that hard links point to.
 * Links whose target the layer does not hold come back as `missing`.
 * @throws LayerError as `readLayer` does.
 */
export function readLinked(
  source: LayerSource,
  links: readonly LinkFact[],
): Promise<{ hives: HiveFacts[]; files: FileFacts[]; missing: LinkFact[] }> {
  return inLayer(source, async () => {
    const pass = new LayerPass(links);
    await stream(source, pass);
    const { hives, files } = pass.finish();
    return { hives, files, missing: links.filter((link) => !pass.delivered.has(link.target)) };
  });
}

/** Targets that were read under a name of their own are known already; the others need a second look. */
async function resolveWithin(
  source: LayerSource,
  links: readonly LinkFact[],
  files: readonly FileFacts[],
): Promise<{ found: { hives: HiveFacts[]; files: FileFacts[] }; missing: LinkFact[] }> {
  const copies: FileFacts[] = [];
  const open: LinkFact[] = [];
  for (const link of links) {
    const known = files.find((file) => file.path === link.target);
    if (known) copies.push({ ...known, path: link.path });
    else open.push(link);
  }
  if (open.length === 0) return { found: { hives: [], files: copies }, missing: [] };
  const { hives, files: read, missing } = await readLinked(source, open);
  return { found: { hives, files: [...copies, ...read] }, missing };
}

/** One walk through the entries, with fresh readers. */
class LayerPass {
  readonly whiteouts: string[] = [];
  /** Wanted names that are hard links; their data lie elsewhere. */
  readonly links: LinkFact[] = [];
  /** Targets of `wantedLinks` that were met. */
  readonly delivered = new Set<string>();
  readonly parser = new TarParser((entry) => this.#entry(entry));
  readonly #readers = READERS.map((Reader) => new Reader());
  readonly #wantedLinks: readonly LinkFact[];

  /** `wantedLinks`: when there are any, only their targets are read, under the names they are wanted by. */
  constructor(wantedLinks: readonly LinkFact[]) {
    this.#wantedLinks = wantedLinks;
  }

  finish(): { hives: HiveFacts[]; files: FileFacts[] } {
    const facts = { hives: [], files: [] };
    for (const reader of this.#readers) reader.finish(facts);
    return facts;
  }

  #entry(entry: TarEntry): TarSink | undefined {
    const { path, stream } = parseLayerPath(entry.path);
    if (stream !== undefined) return undefined;
    if (this.#wantedLinks.length > 0) return this.#linkTarget(entry, path);
    const removed = whiteoutTarget(path);
    if (removed !== undefined) {
      this.whiteouts.push(removed);
      return undefined;
    }
    if (entry.type !== 'file' && entry.type !== 'hardlink') return undefined;
    const reader = this.#readers.find((candidate) => candidate.wants(path));
    if (!reader) return undefined;
    if (entry.type === 'hardlink') {
      this.links.push({ path, target: parseLayerPath(entry.linkPath ?? '').path });
      return undefined;
    }
    return reader.open({ path, spelling: entry.path, sizeBytes: entry.sizeBytes });
  }

  #linkTarget(entry: TarEntry, path: string): TarSink | undefined {
    const links = this.#wantedLinks.filter((link) => link.target === path);
    if (links.length === 0 || entry.type !== 'file') return undefined;
    this.delivered.add(path);
    const sinks = links.flatMap((link) => {
      const reader = this.#readers.find((candidate) => candidate.wants(link.path));
      return reader?.open({ path: link.path, spelling: entry.path, sizeBytes: entry.sizeBytes }) ?? [];
    });
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
  const stored = new CountedHash();
  const unpacked = new CountedHash();
  for await (const chunk of decompress(metered(source, stored))) {
    unpacked.update(chunk);
    pass.parser.write(chunk);
  }
  const digest = stored.digest();
  const diffId = unpacked.digest();
  // Which bytes they are comes first: what a damaged tar says about itself is of no use then.
  if (source.digest !== undefined && digest !== source.digest) {
    throw new LayerError('DIGEST_MISMATCH', `its bytes have the digest ${digest}: damaged, or another layer`);
  }
  if (diffId !== source.diffId) {
    throw new LayerError(
      'DIFF_ID_MISMATCH',
      `unpacked it is ${diffId}, the image config names ${source.diffId}`,
    );
  }
  pass.parser.end();
  return {
    digest,
    diffId,
    sizeBytes: stored.bytes,
    uncompressedBytes: unpacked.bytes,
    entries: pass.parser.entries,
  };
}

async function* metered(source: LayerSource, hash: CountedHash): AsyncGenerator<Uint8Array> {
  for await (const chunk of source.open()) {
    hash.update(chunk);
    source.onBytes?.(chunk.length);
    yield chunk;
  }
}

class CountedHash {
  readonly #hash: Hash = createHash('sha256');
  bytes = 0;

  update(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    this.#hash.update(chunk);
  }

  digest(): Digest {
    return `sha256:${this.#hash.digest('hex')}`;
  }
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
