// `clearstory export`: writes the advisories to a file that is carried to where there is no network.

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import { AdvisoriesStore } from '../advisories/advisories-store.ts';
import { exportBundle } from '../advisories/bundle/export-bundle.ts';
import { takeSnapshot } from '../advisories/bundle/feed-snapshot.ts';
import { writeFileAtomically } from '../base/atomic-file.ts';
import { fileReason } from '../base/file-reason.ts';
import { writeJsonblob } from '../reports/jsonblob/write-jsonblob.ts';
import { openPlace, type PlaceOptions } from './advisories-place.ts';
import { CommandError } from './command-error.ts';
import { EXIT_OK } from './exit-codes.ts';
import { writeToStandardOutput } from './standard-output.ts';

export interface ExportOptions extends PlaceOptions {
  readonly format: 'bundle' | 'jsonblob';
  /** With library advisories. */
  readonly osv?: boolean;
  /** With scores, as records of Clair's enricher. */
  readonly cvss?: boolean;
  readonly gzip?: boolean;
  readonly zstd?: boolean;
}

type Chunks = AsyncIterable<Uint8Array>;

export async function exportCommand(file: string | undefined, options: ExportOptions): Promise<number> {
  const isFile = file !== undefined && file !== '-';
  if (!isFile && process.stdout.isTTY) {
    throw new CommandError(
      'BAD_OPTION',
      'this is no text for a terminal: name a file, or redirect the output',
    );
  }
  if (options.format === 'bundle' && (options.cvss || options.gzip || options.zstd)) {
    throw new CommandError('BAD_OPTION', '--cvss, --gzip and --zstd are for --format jsonblob');
  }
  if (options.format === 'jsonblob' && options.osv) {
    throw new CommandError(
      'BAD_OPTION',
      "--osv is for clearstory's own format; Clair's export-updaters has OSV's",
    );
  }
  const compress = options.format === 'jsonblob' ? compressionFor(isFile ? file : '', options) : undefined;
  const place = await openPlace(options);
  try {
    await place.read(options.osv === true, async (folder) => {
      const plain = options.format === 'jsonblob' ? jsonblobOf(folder, options) : bundleOf(folder, options);
      const chunks = compress ? compressed(plain, compress()) : plain;
      await (isFile ? toFile(file, chunks) : toStandardOutput(chunks));
    });
    return EXIT_OK;
  } finally {
    await place.close();
  }
}

function bundleOf(folder: string, { osv }: ExportOptions): Chunks {
  return exportBundle(folder, osv ? 'advisories and libraries' : 'advisories');
}

async function* jsonblobOf(folder: string, { cvss }: ExportOptions): AsyncGenerator<Uint8Array> {
  const store = new AdvisoriesStore(folder);
  const snapshot = await takeSnapshot(store);
  const { version } = (await store.state())!;
  yield* writeJsonblob(snapshot, version, cvss ? 'vulnerabilities and scores' : 'vulnerabilities');
}

async function toStandardOutput(chunks: Chunks): Promise<void> {
  for await (const chunk of chunks) await writeToStandardOutput(chunk);
}

/** A file that cannot be written whole is not written at all. */
async function toFile(file: string, chunks: Chunks): Promise<void> {
  try {
    await writeFileAtomically(file, chunks);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new CommandError('UNWRITABLE', `${file}: cannot be written: ${fileReason(error)}`, {
      cause: error,
    });
  }
}

type Compressor = () => NodeJS.ReadWriteStream;

function compressionFor(file: string, { gzip, zstd }: ExportOptions): Compressor | undefined {
  if (gzip && zstd) throw new CommandError('BAD_OPTION', '--gzip and --zstd exclude each other');
  if (gzip || (!zstd && file.endsWith('.gz'))) return () => zlib.createGzip();
  if (!zstd && !file.endsWith('.zst')) return undefined;
  const create = (zlib as { createZstdCompress?: Compressor }).createZstdCompress;
  if (create) return create;
  throw new CommandError(
    'BAD_OPTION',
    `zstd takes Node 22.15 or later to write, and this is ${process.version}: use --gzip, or pipe the output to zstd`,
  );
}

async function* compressed(plain: Chunks, compressor: NodeJS.ReadWriteStream): AsyncGenerator<Uint8Array> {
  const feeding = pipeline(Readable.from(plain), compressor);
  // Told of below: a failure of the source ends the iteration with it.
  feeding.catch(() => {});
  yield* compressor as unknown as AsyncIterable<Uint8Array>;
  await feeding;
}
