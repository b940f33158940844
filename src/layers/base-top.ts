// Where in an image the base ends, as far as its history and its kinds of layers tell.
import type { Image } from '../images/image-source.ts';

/** How Microsoft's own build describes the layers of a base: `Apply image 10.0.20348.4294`, `Install update …`. */
const BASE_STEP = /^(?:Apply image|Install update) /;

/** Index of the topmost layer of the base; `undefined` when nothing tells. */
export function baseTop({ layers }: Image): number | undefined {
  const top = layers.findLastIndex((layer) => layer.foreign || BASE_STEP.test(layer.createdBy ?? ''));
  return top < 0 ? undefined : top;
}
