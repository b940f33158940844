// Manifests as Quay posts them.
import type { ClairManifest } from '../../src/model/clair.ts';
import type { BlobServer } from './blob-server.ts';
import { buildImage, type LayerSpec } from './image.ts';

/** What Quay puts for lines of the history without content: an empty tar. */
const EMPTY = 'sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4';

let images = 0;

/** An image unlike any other: one layer for each line of the history, those without content included. */
export function postedByQuay(server: BlobServer, layers: readonly LayerSpec[]): ClairManifest {
  const image = buildImage({ layers, config: { image: `${process.pid} ${images++}` } });
  const own = image.layers.map(({ blob }) => server.layer(server.add(blob)));
  const empty = { hash: EMPTY, uri: `${server.url}/blobs/${EMPTY}`, headers: {} };
  return { hash: image.digest, layers: own.flatMap((layer) => [layer, empty]) };
}
