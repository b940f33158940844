// Where `export` and `import` find advisories: the cache of the command line, or the store of a service.

/** A place that holds advisories as a folder, whatever it is in truth. */
export interface AdvisoriesPlace {
  /** For messages: `the cache`, `the service`. */
  readonly name: string;
  /** Hands `work` a cache folder to read; with library files, which are large, when they are asked for. */
  read<T>(libraries: boolean, work: (folder: string) => Promise<T>): Promise<T>;
  /** Hands `work` a cache folder; what it changes there takes effect when it ends without an error. */
  change<T>(work: (folder: string) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface PlaceOptions {
  readonly cacheDir: string;
  /** A configuration of the service: its store is meant then. */
  readonly config?: string;
}

/** Throws ConfigurationError, StoreError. */
export async function openPlace({ cacheDir, config }: PlaceOptions): Promise<AdvisoriesPlace> {
  if (config !== undefined) {
    const { openServicePlace } = await import('./service-place.ts');
    return openServicePlace(config);
  }
  return {
    name: 'the cache',
    read: (_libraries, work) => work(cacheDir),
    change: (work) => work(cacheDir),
    close: async () => {},
  };
}
