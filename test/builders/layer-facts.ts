// The facts of a layer, read as a scan reads them, without an image around it.
import { digestOf } from '../../src/base/digest.ts';
import { readLayer } from '../../src/layers/read-layer.ts';
import type { LayerFacts } from '../../src/model/layer-facts.ts';
import { buildTar, type TarEntrySpec } from './tar.ts';

export function layerFacts(entries: readonly TarEntrySpec[]): Promise<LayerFacts> {
  const tar = buildTar(entries);
  return readLayer({
    async *open() {
      yield tar;
    },
    where: 'layer',
    digest: digestOf(tar),
    diffId: digestOf(tar),
  });
}
