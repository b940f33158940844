// `clearstory import`: takes over advisories from a file, and says what that changed.
import { createReadStream } from 'node:fs';
import { AdvisoriesStore } from '../advisories/advisories-store.ts';
import {
  type AppliedSnapshot,
  applySnapshot,
  ensureAdmitted,
  type ImportOptions as TakeOptions,
} from '../advisories/bundle/apply-snapshot.ts';
import { BUNDLE_NAME } from '../advisories/bundle/bundle-format.ts';
import { type ImportedBundle, importBundle } from '../advisories/bundle/import-bundle.ts';
import { CompressionError } from '../formats/compression/compression-error.ts';
import { decompress } from '../formats/compression/decompress.ts';
import { JsonblobError } from '../reports/jsonblob/jsonblob-error.ts';
import { readJsonblob, skippedBecause } from '../reports/jsonblob/read-jsonblob.ts';
import { openPlace, type PlaceOptions } from './advisories-place.ts';
import { CommandError } from './command-error.ts';
import { EXIT_OK } from './exit-codes.ts';

export interface ImportOptions extends PlaceOptions {
  readonly force?: boolean;
  readonly quiet?: boolean;
}

/** Throws BundleError, JsonblobError, CommandError: one sentence each, and nothing has changed. */
export async function importCommand(file: string, options: ImportOptions): Promise<number> {
  const take: TakeOptions = {
    where: file === '-' ? 'standard input' : file,
    now: new Date(),
    force: options.force === true,
  };
  const place = await openPlace(options);
  try {
    const imported = await place.change(async (folder) => takeOver(sourceOf(file), folder, take));
    if (!options.quiet) process.stderr.write(summaryOf(imported, place.name));
    return EXIT_OK;
  } finally {
    await place.close();
  }
}

/** Our own file or Clair's, compressed or not: told apart by their beginning. */
async function takeOver(
  source: AsyncIterable<Uint8Array>,
  folder: string,
  options: TakeOptions,
): Promise<ImportedBundle> {
  try {
    const { head, all } = await peek(decompress(source), BUNDLE_NAME.length);
    if (head === BUNDLE_NAME) return await importBundle(all, folder, options);
    return { ...(await takeJsonblob(all, folder, options)), libraries: undefined };
  } catch (error) {
    if (!(error instanceof CompressionError)) throw error;
    throw new CommandError('BAD_INPUT', `${options.where}: ${error.message}`, { cause: error });
  }
}

async function takeJsonblob(
  source: AsyncIterable<Uint8Array>,
  folder: string,
  options: TakeOptions,
): Promise<AppliedSnapshot> {
  const { snapshot, skipped } = await readJsonblob(source, options.where);
  for (const line of skippedBecause(skipped)) process.stderr.write(`warning: ${line}\n`);
  if (!snapshot) {
    throw new JsonblobError(
      'NOTHING_USABLE',
      `${options.where}: holds nothing that "clearstory export --format jsonblob" wrote, so nothing was changed`,
    );
  }
  const store = new AdvisoriesStore(folder);
  await ensureAdmitted(snapshot, store, options);
  return applySnapshot(snapshot, store, options.now);
}

function summaryOf(imported: ImportedBundle, place: string): string {
  const { version, changed, documents, entries, fetchedAt, pending, libraries } = imported;
  const what = changed
    ? `advisories of ${place} are now at version`
    : `advisories of ${place} stay at version`;
  const lines = [`${what} ${version}: ${documents} documents, ${entries} entries, read ${fetchedAt}`];
  if (pending > 0)
    lines.push(`${pending} of them are newer in the feed, in a state that is not believed yet`);
  if (libraries) lines.push(`library advisories: ${libraries.entries} entries, read ${libraries.fetchedAt}`);
  return lines.map((line) => `${line}\n`).join('');
}

async function* sourceOf(file: string): AsyncGenerator<Uint8Array> {
  if (file === '-') {
    yield* process.stdin as AsyncIterable<Buffer>;
    return;
  }
  try {
    yield* createReadStream(file) as AsyncIterable<Buffer>;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const what = code === 'ENOENT' ? 'there is no such file' : message;
    throw new CommandError('BAD_INPUT', `${file}: ${what}`, { cause: error });
  }
}

/** The first bytes of a source as text, and the source from its beginning. */
async function peek(
  source: AsyncIterable<Uint8Array>,
  length: number,
): Promise<{ head: string; all: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  const seen: Uint8Array[] = [];
  for (let bytes = 0; bytes < length; ) {
    const { done, value } = await iterator.next();
    if (done) break;
    seen.push(value);
    bytes += value.length;
  }
  const all = (async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* seen;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  })();
  return { head: Buffer.concat(seen).toString('latin1', 0, length), all };
}
