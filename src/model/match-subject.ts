// What matching decides on its own: a part of an image whose findings depend on nothing else in it.
import type { Inventory } from './inventory.ts';

/**
 * Ten thousand images on one base have one subject for their Windows. Findings are computed, rendered and compared once
 * per subject and version of the advisories, whatever the number of images.
 */
export interface MatchSubject {
  /** The first 16 hex digits of a sha256 over `inventory` as JSON: equal subjects have equal findings. */
  readonly key: string;
  /**
   * An inventory with this part alone, stripped of everything that says where it was found: matching it gives the
   * findings of the part. Ids of its packages are unique among all subjects of an image.
   */
  readonly inventory: Inventory;
}
