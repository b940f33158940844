// Finds out what is in an image, as far as it is one of Windows.
import type { ClairLayer, ClairManifest } from '../../model/clair.ts';
import { abortable } from './abortable.ts';
import type { ImageToStore, LayerStore } from './indexer-stores.ts';
import { LayerFailure, type LayerFailureCode } from './layer-failure.ts';
import type { LayerReads } from './layer-reads.ts';
import { distinctLayers, layersWithContent } from './requestable-manifest.ts';
import type { LayerWorkers } from './worker/layer-workers.ts';

export interface ExaminationTools {
  readonly layers: LayerStore;
  readonly reads: LayerReads;
  readonly workers: LayerWorkers;
}

export type Examination =
  | { readonly kind: 'windows'; readonly content: ImageToStore }
  /** There is no Windows in it. */
  | { readonly kind: 'other' }
  | { readonly kind: 'failed'; readonly failure: LayerFailure; readonly isWindows: boolean };

/** Throws StoreError and the reason of `signal`. */
export async function examineImage(
  manifest: ClairManifest,
  tools: ExaminationTools,
  signal: AbortSignal,
): Promise<Examination> {
  const layers = layersWithContent(manifest);
  let isWindows = false;
  try {
    const distinct = distinctLayers(layers);
    isWindows = await looksLikeWindows(distinct, tools, signal);
    if (!isWindows) return { kind: 'other' };
    await readAll(distinct, tools, signal);
    const { content, damage } = await describe(layers, tools, signal);
    if (damage !== undefined) throw new LayerFailure('OVER_LIMIT', damage);
    return content ? { kind: 'windows', content } : { kind: 'other' };
  } catch (error) {
    if (error instanceof LayerFailure) return { kind: 'failed', failure: error, isWindows };
    throw error;
  }
}

/** By the lowest layer that has files. */
async function looksLikeWindows(
  layers: readonly ClairLayer[],
  { reads }: ExaminationTools,
  signal: AbortSignal,
): Promise<boolean> {
  for (const layer of layers) {
    const platform = await reads.platformOf(layer, signal);
    if (platform !== 'empty') return platform === 'windows';
  }
  return false;
}

/** All at once: their tokens are checked when a request begins, and live a minute. What one layer gave stays, whatever becomes of others. */
async function readAll(
  layers: readonly ClairLayer[],
  { layers: store, reads }: ExaminationTools,
  signal: AbortSignal,
): Promise<void> {
  const known = await store.known(layers.map(({ hash }) => hash));
  const unread = layers.filter(({ hash }) => !known.has(hash));
  const outcomes = await Promise.allSettled(unread.map((layer) => reads.ensure(layer, signal)));
  const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (errors.length > 0) throw decisive(errors);
}

/** What decides when several layers fail: the first that rules out most. */
const ORDER: readonly LayerFailureCode[] = ['IMPOSSIBLE', 'OVER_LIMIT', 'NOT_THERE', 'NOT_NOW'];

function decisive(errors: readonly unknown[]): unknown {
  const failures = errors.filter((error) => error instanceof LayerFailure);
  const impossible = failures.find(({ code }) => code === 'IMPOSSIBLE');
  const ours = errors.find((error) => !(error instanceof LayerFailure));
  return (
    impossible ??
    ours ??
    failures.sort((one, other) => ORDER.indexOf(one.code) - ORDER.indexOf(other.code))[0]
  );
}

async function describe(
  layers: readonly ClairLayer[],
  { layers: store, workers }: ExaminationTools,
  signal: AbortSignal,
): Promise<{ content: ImageToStore | undefined; damage: string | undefined }> {
  const digests = distinctLayers(layers).map(({ hash }) => hash);
  const facts = new Map<string, Uint8Array>();
  for (const digest of digests) {
    const packed = await store.packedFacts(digest);
    if (packed) facts.set(digest, packed);
  }
  const platforms = await store.platforms(digests);
  // Of layers that are none of Windows nothing is kept. Of others it may have been thrown away just now.
  if (digests.some((digest) => !facts.has(digest) && platforms.get(digest) !== 'other')) {
    throw new LayerFailure('NOT_NOW', 'what was read of its layers is gone again; post the manifest again');
  }
  const described = await abortable(workers.describe({ layers, facts }), signal);
  for (const [digest, packed] of described.lent) await store.putPacked(digest, packed, 'windows');
  return described;
}
