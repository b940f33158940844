// Registries for those who name one: reading files of credentials and loading the network is left until then.
import type { OpenOptions } from '../images/open-options.ts';
import type { Registries } from '../images/registry/registries.ts';
import type { NetworkOptions } from './network-options.ts';

export interface LazyRegistries {
  readonly get: NonNullable<OpenOptions['registries']>;
  close(): Promise<void>;
}

/** `targets` are those that credentials of the command line are for. */
export function lazyRegistries(options: NetworkOptions, targets: readonly string[]): LazyRegistries {
  let made: Promise<Registries> | undefined;
  const make = async (): Promise<Registries> => {
    const { makeRegistries } = await import('./network-options.ts');
    return makeRegistries(options, targets, process.env);
  };
  return {
    get: () => {
      made ??= make();
      return made;
    },
    close: async () => {
      await made?.then(
        (registries) => registries.close(),
        () => undefined,
      );
    },
  };
}
