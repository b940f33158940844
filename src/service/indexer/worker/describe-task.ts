// Interprets the facts of all layers of an image.

import { readPostedDigest } from '../../../base/digest.ts';
import type { ImageConfig } from '../../../images/image-source.ts';
import { coalesce } from '../../../layers/coalesce.ts';
import { nothingRead } from '../../../layers/layer-reader.ts';
import { LinkedLayers } from '../../../layers/linked-layers.ts';
import { readLinked } from '../../../layers/read-layer.ts';
import { subjectsOf } from '../../../matching/subjects.ts';
import type { ClairLayer } from '../../../model/clair.ts';
import type { Inventory } from '../../../model/inventory.ts';
import type { LayerFacts } from '../../../model/layer-facts.ts';
import { indexedImage } from '../../../reports/clair/indexed-image.ts';
import { asciiSentence } from '../ascii-sentence.ts';
import { distinctLayers } from '../requestable-manifest.ts';
import { downloadLayer, shownLayer } from './layer-download.ts';
import { packFacts, unpackFacts } from './packed-facts.ts';
import type { TaskTools } from './read-task.ts';
import type { DescribeResult, DescribeTask } from './worker-messages.ts';

/** A manifest as it is posted comes without its config. */
const NO_CONFIG: ImageConfig = { os: 'unknown', architecture: 'unknown', env: [], history: [], diffIds: [] };

/** Throws what is no fault of a layer. */
export async function describeTask(
  { layers, facts }: DescribeTask,
  { http, setup, memory, turns }: TaskTools,
): Promise<DescribeResult> {
  return turns.run(async () => {
    const known = new Map([...facts].map(([digest, packed]) => [digest, unpackFacts(packed)]));
    const lent = new Map<string, Uint8Array>();
    const signal = AbortSignal.timeout(setup.layerSeconds * 1000);
    const linked = new LinkedLayers({
      look: (index, links) => {
        const layer = layers[index]!;
        const open = (): AsyncIterable<Uint8Array> =>
          downloadLayer(layer, { http, trust: setup.trust, signal });
        const digest = readPostedDigest(layer.hash);
        const onFile = (bytes: number): void => memory.onFile(bytes);
        return readLinked({ open, onFile, where: shownLayer(layer), digest, diffId: undefined }, links);
      },
      keep: async (changed) => void lent.set(changed.digest, await packFacts(changed)),
      // The image is worth more with a warning than not at all: its layers may have been read long ago.
      reasonToGoOn: (_layer, error) => asciiSentence((error as Error).message),
    });
    const all = layers.map((layer) => known.get(layer.hash) ?? nothingOf(layer));
    const inventory = coalesce({ layers: await linked.resolve(all, []), absent: [] }, NO_CONFIG);
    return { kind: 'described', content: contentOf(inventory, layers), damage: damageOf(inventory), lent };
  });
}

function contentOf(inventory: Inventory, layers: readonly ClairLayer[]): DescribeResult['content'] {
  if (!inventory.os) return undefined;
  const digests = distinctLayers(layers).map(({ hash }) => hash);
  return { image: indexedImage(inventory, digests), subjects: subjectsOf(inventory) };
}

/** A Windows whose registry is broken is not to be taken for something else. */
function damageOf({ os, notices }: Inventory): string | undefined {
  if (os) return undefined;
  const notice = notices.find(({ code }) => code === 'HIVE_DAMAGED');
  return notice && asciiSentence(notice.message);
}

/** Of a layer that is none of Windows nothing was kept. */
function nothingOf({ hash }: ClairLayer): LayerFacts {
  const digest = readPostedDigest(hash);
  return nothingRead({ digest, diffId: digest, mediaType: '', sizeBytes: 0, foreign: false });
}
