// What is known of a base layer without reading it: an entry of the catalogue of base layers.
import type { Digest } from '../base/digest.ts';
import type { InstallationType } from './inventory.ts';

export interface KnownBase {
  /** The topmost layer of the base: what lies below it and in it is this Windows. */
  readonly digest: Digest;
  readonly diffId: Digest;
  readonly build: number;
  readonly revision: number;
  /** `registry`: somebody read the layer. `config`: the config of an image with this base says so. */
  readonly basis: 'registry' | 'config';
  readonly installationType?: InstallationType;
  readonly edition?: string;
  /** As in GOARCH. */
  readonly architecture?: string;
}
