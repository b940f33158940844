// Takes over a bundle: checked as a whole first, then put in force.
import { decompressBytes } from '../../formats/compression/decompress-bytes.ts';
import { AdvisoriesStore } from '../advisories-store.ts';
import { LibraryStore } from '../libraries/library-store.ts';
import { type AppliedSnapshot, applySnapshot, ensureAdmitted, type ImportOptions } from './apply-snapshot.ts';
import { BundleError } from './bundle-error.ts';
import { ADVISORIES_MEMBER, ECOSYSTEM_MEMBER, LIBRARIES_MEMBER } from './bundle-format.ts';
import { isFeedSnapshot } from './check-snapshot.ts';
import type { FeedSnapshot } from './feed-snapshot.ts';
import { IncomingLibraries } from './library-members.ts';
import { type ReadMember, readBundle } from './read-bundle.ts';

/** All of Microsoft's documents since 1999 have one megabyte, gzipped. */
const MAX_SNAPSHOT_BYTES = 64 * 1024 * 1024;

/** They have 20 MB of text; ten times that is no month that Microsoft will ever have. */
const MAX_SNAPSHOT_TEXT_BYTES = 256 * 1024 * 1024;

/** A few hundred bytes an ecosystem. */
const MAX_LIBRARY_STATE_BYTES = 1024 * 1024;

export interface ImportedBundle extends AppliedSnapshot {
  /** What it brought for libraries. */
  readonly libraries: { readonly entries: number; readonly fetchedAt: string } | undefined;
}

/**
 * Advisories and libraries each take effect by one rename, once everything has been checked. `folder` is a cache folder.
 * @throws BundleError
 */
export async function importBundle(
  source: AsyncIterable<Uint8Array>,
  folder: string,
  options: ImportOptions,
): Promise<ImportedBundle> {
  const store = new AdvisoriesStore(folder);
  const libraries = new IncomingLibraries(new LibraryStore(folder), options.where);
  try {
    const snapshot = await readMembers(source, libraries, options.where);
    await ensureAdmitted(snapshot, store, options);
    await libraries.admit(options.force);
    const applied = await applySnapshot(snapshot, store, options.now);
    await libraries.apply(options.now);
    return { ...applied, libraries: summaryOf(libraries) };
  } finally {
    await libraries.discard();
  }
}

async function readMembers(
  source: AsyncIterable<Uint8Array>,
  libraries: IncomingLibraries,
  where: string,
): Promise<FeedSnapshot> {
  let packed: Buffer | undefined;
  for await (const member of readBundle(source, where)) {
    const ecosystem = ECOSYSTEM_MEMBER.exec(member.name)?.[1];
    if (member.name === ADVISORIES_MEMBER) packed = await wholeOf(member, MAX_SNAPSHOT_BYTES, where);
    else if (member.name === LIBRARIES_MEMBER) {
      libraries.takeState(await wholeOf(member, MAX_LIBRARY_STATE_BYTES, where));
    } else if (ecosystem !== undefined) await libraries.takeFile(ecosystem, member);
  }
  if (!packed) throw new BundleError('CORRUPT', `${where}: there are no advisories in it; export them again`);
  return unpack(packed, where);
}

async function unpack(packed: Buffer, where: string): Promise<FeedSnapshot> {
  try {
    const text = await decompressBytes(packed, {
      maxBytes: MAX_SNAPSHOT_TEXT_BYTES,
      where: 'the advisories',
    });
    const snapshot: unknown = JSON.parse(text.toString('utf8'));
    if (isFeedSnapshot(snapshot)) return snapshot;
  } catch (error) {
    const { message } = error as Error;
    throw new BundleError('CORRUPT', `${where}: its advisories cannot be read: ${message}`, { cause: error });
  }
  throw new BundleError(
    'CORRUPT',
    `${where}: its advisories are not what clearstory writes; nothing was changed`,
  );
}

async function wholeOf(member: ReadMember, maxBytes: number, where: string): Promise<Buffer> {
  if (member.bytes > maxBytes) {
    throw new BundleError('TOO_LARGE', `${where}: ${member.name} in it has more than ${maxBytes} bytes`);
  }
  const chunks: Buffer[] = [];
  for await (const chunk of member.content()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function summaryOf({ state }: IncomingLibraries): ImportedBundle['libraries'] {
  if (!state) return undefined;
  const entries = Object.values(state.ecosystems).reduce((sum, each) => sum + each.entries, 0);
  return { entries, fetchedAt: state.fetchedAt };
}
