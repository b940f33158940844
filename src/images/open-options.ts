// What it takes to open images.
import type { Selection } from './choose-manifest.ts';
import type { Registries } from './registry/registries.ts';

export interface OpenOptions {
  /** Chooses among the images of an index. */
  readonly selection?: Selection;
  /**
   * How registries are reached; without it images in registries cannot be opened. Called when the first one is named:
   * a scan of files pays nothing for the network.
   */
  readonly registries?: () => Promise<Registries>;
  /** Names the daemons of Docker and Podman. */
  readonly environment?: NodeJS.ProcessEnv;
}
