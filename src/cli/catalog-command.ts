// `clearstory catalog`: what is known of base layers without reading them, to look at, to extend, to carry elsewhere.

import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from '../base/atomic-file.ts';
import { concurrently } from '../base/concurrently.ts';
import { ClearstoryError } from '../base/error.ts';
import { fileReason } from '../base/file-reason.ts';
import { openImages } from '../images/open-image.ts';
import type { OpenOptions } from '../images/open-options.ts';
import { BaseCatalogue, learnedFromConfig } from '../layers/base-catalogue.ts';
import { formatCatalogue, parseCatalogue } from '../layers/catalogue-file.ts';
import type { KnownBase } from '../model/known-base.ts';
import { formatWindowsVersion } from '../model/windows-version.ts';
import { columns } from '../reports/text-layout.ts';
import { CommandError } from './command-error.ts';
import { EXIT_ERROR, EXIT_OK } from './exit-codes.ts';
import { shownMessage } from './failure.ts';
import { lazyRegistries } from './lazy-registries.ts';
import type { NetworkOptions } from './network-options.ts';
import { readTargets } from './target-list.ts';

/** Manifests and configs are small; more at a time only annoys the registry. */
const PARALLEL_IMAGES = 8;

export interface CatalogOptions {
  readonly cacheDir: string;
}

/** Learns from manifest and config of each image; all Windows images of an index, and no layer is read. */
export async function catalogAdd(
  args: readonly string[],
  { cacheDir, ...options }: CatalogOptions & NetworkOptions,
): Promise<number> {
  const registries = lazyRegistries(options, args);
  const catalogue = new BaseCatalogue(cacheDir);
  const open: OpenOptions = {
    selection: { all: true },
    registries: registries.get,
    environment: process.env,
  };
  try {
    const targets = await readTargets(args, process.stdin);
    await registries.get();
    const outcomes = await concurrently(targets, PARALLEL_IMAGES, async (target) => {
      try {
        process.stdout.write((await learn(target, open, catalogue)).map((line) => `${line}\n`).join(''));
        return true;
      } catch (error) {
        if (!(error instanceof ClearstoryError)) throw error;
        process.stderr.write(`clearstory: ${target}: ${shownMessage(error)}\n`);
        return false;
      }
    });
    return outcomes.every(Boolean) ? EXIT_OK : EXIT_ERROR;
  } finally {
    await registries.close();
  }
}

/** A line for each image of the target. Throws ImageError, CommandError. */
async function learn(target: string, open: OpenOptions, catalogue: BaseCatalogue): Promise<string[]> {
  const images = await openImages(target, open);
  const lines: string[] = [];
  for (const image of images) {
    const base = learnedFromConfig(image);
    await image.close();
    if (!base) {
      throw new CommandError(
        'NOTHING_LEARNED',
        `manifest and config (${image.config.os}, os.version ${image.config.osVersion ?? 'not given'}) do not tell which of its ${image.layers.length} layers are Windows, and which; add the base image it was built from, or scan it`,
      );
    }
    const isNew = await catalogue.put(base);
    lines.push(`${describe(base)}${isNew ? '' : ' (known already)'}`);
  }
  return lines;
}

export async function catalogList({ cacheDir }: CatalogOptions): Promise<number> {
  const layers = await sorted(new BaseCatalogue(cacheDir));
  const rows = layers.map((base) => [
    formatWindowsVersion(base),
    base.installationType ?? '-',
    base.architecture ?? '-',
    base.basis === 'registry' ? 'read' : 'stated',
    base.digest,
  ]);
  const lines = columns([['WINDOWS', 'TYPE', 'ARCH', 'BASIS', 'LAYER'], ...rows], Number.POSITIVE_INFINITY);
  process.stdout.write(`${lines.join('\n')}\n`);
  return EXIT_OK;
}

/** To standard output where no file is named. */
export async function catalogExport(file: string | undefined, { cacheDir }: CatalogOptions): Promise<number> {
  const text = formatCatalogue(await sorted(new BaseCatalogue(cacheDir)));
  if (file === undefined || file === '-') {
    process.stdout.write(text);
    return EXIT_OK;
  }
  try {
    await writeFileAtomically(file, text);
  } catch (error) {
    throw new CommandError('UNWRITABLE', `${file}: cannot be written: ${fileReason(error)}`);
  }
  return EXIT_OK;
}

/** All or nothing; what was read here before is not replaced. */
export async function catalogImport(file: string, { cacheDir }: CatalogOptions): Promise<number> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError('BAD_OPTION', `${file}: cannot be read: ${fileReason(error)}`);
  });
  const layers = parseCatalogue(text, file);
  const catalogue = new BaseCatalogue(cacheDir);
  let added = 0;
  for (const base of layers) if (await catalogue.put(base)) added++;
  process.stderr.write(`${layers.length} layers in ${file}, ${added} of them new\n`);
  return EXIT_OK;
}

async function sorted(catalogue: BaseCatalogue): Promise<KnownBase[]> {
  const layers: KnownBase[] = [];
  for await (const base of catalogue.all()) layers.push(base);
  return layers.sort(
    (a, b) => a.build - b.build || a.revision - b.revision || (a.digest < b.digest ? -1 : 1),
  );
}

function describe(base: KnownBase): string {
  return `${formatWindowsVersion(base)} ${base.digest}`;
}
