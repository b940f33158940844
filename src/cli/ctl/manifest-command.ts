// `clearstory ctl manifest`: prints what would be posted to a service to have images indexed.
import { EXIT_OK } from '../exit-codes.ts';
import { makeRegistries, type NetworkOptions } from '../network-options.ts';
import { findImages } from './image-manifests.ts';

/** One document after the other. They hold tokens and signed addresses. Throws ImageError, CommandError. */
export async function manifestCommand(names: readonly string[], options: NetworkOptions): Promise<number> {
  const registries = await makeRegistries(options, names, process.env);
  try {
    for (const name of names) {
      for (const image of await findImages(registries, name)) {
        process.stdout.write(`${JSON.stringify(await image.makeManifest())}\n`);
      }
    }
    return EXIT_OK;
  } finally {
    await registries.close();
  }
}
