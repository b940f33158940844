// What CISA and EPSS know, on disk: one file a feed, and what is known of where it came from.
import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../../base/atomic-file.ts';
import type { Threats } from '../../model/threats.ts';
import { AdvisoriesError } from '../advisories-error.ts';
import type { Refusal } from '../guard.ts';
import { EpssFile } from './epss-file.ts';
import { decodeKev } from './kev-file.ts';
import type { ThreatFeedName } from './threat-feed.ts';

/** `state.json` is replaced by one rename: that is the moment a new file takes effect. */
export type ThreatState = Readonly<Partial<Record<ThreatFeedName, ThreatFeedState>>>;

export interface ThreatFeedState {
  /** Where it was read from; the next update goes there again. */
  readonly from: string;
  readonly file: string;
  /** sha256 over the file, hexadecimal. */
  readonly hash: string;
  readonly entries: number;
  /** What the document says of its age, ISO 8601. */
  readonly released?: string;
  readonly validator: string;
  /** When what is in use was last seen to be what the feed serves, ISO 8601. */
  readonly fetchedAt: string;
  /** A document that waits to be confirmed. */
  readonly refusal?: Refusal;
}

export class ThreatStore {
  readonly #folder: string;

  constructor(cacheFolder: string) {
    this.#folder = join(cacheFolder, 'threats');
  }

  /** Empty before the first update, and when the file is damaged: then all is fetched anew when it is asked for. */
  async state(): Promise<ThreatState> {
    try {
      const state = JSON.parse(await readFile(join(this.#folder, 'state.json'), 'utf8')) as unknown;
      const entries = Object.entries((state ?? {}) as Record<string, ThreatFeedState>);
      return Object.fromEntries(entries.filter(([, each]) => isComplete(each)));
    } catch {
      return {};
    }
  }

  /** Writes the file of one feed; it takes effect with `save`. */
  async write(feed: ThreatFeedName, bytes: Buffer): Promise<Pick<ThreatFeedState, 'file' | 'hash'>> {
    const hash = hashOf(bytes);
    const file = `${feed}-${hash.slice(0, 12)}.bin`;
    await writeFileAtomically(join(this.#folder, file), bytes);
    return { file, hash };
  }

  /** Files that neither this state nor the one before names are cleared: a scan may have read the old state just now. */
  async save(state: ThreatState, previous: ThreatState): Promise<void> {
    await writeFileAtomically(join(this.#folder, 'state.json'), JSON.stringify(state));
    const named = new Set([state, previous].flatMap((each) => Object.values(each).map(({ file }) => file)));
    for (const name of await readdir(this.#folder)) {
      if (name.endsWith('.bin') && !named.has(name)) await rm(join(this.#folder, name), { force: true });
    }
  }

  /** Whether `load` would succeed for this feed. */
  async isIntact(feed: ThreatFeedName, state: ThreatState): Promise<boolean> {
    const own = state[feed];
    return this.load(own ? { [feed]: own } : {}).then(
      () => own !== undefined,
      () => false,
    );
  }

  /** @throws AdvisoriesError CORRUPT_FILE */
  async load({ kev, epss }: ThreatState): Promise<Threats> {
    const [catalogue, scores] = await Promise.all([
      kev && this.#read(kev, 'kev', decodeKev),
      epss && this.#read(epss, 'epss', EpssFile.of),
    ]);
    return {
      kevFetchedAt: kev?.fetchedAt,
      epssFetchedAt: epss?.fetchedAt,
      knownExploited: (id) => catalogue?.get(id),
      prediction: (id) => scores?.find(id),
    };
  }

  async #read<T>(
    { file, hash }: ThreatFeedState,
    feed: ThreatFeedName,
    decode: (bytes: Buffer) => T | undefined,
  ): Promise<T> {
    const path = join(this.#folder, file);
    const corrupt = (what: string, cause?: unknown): AdvisoriesError => {
      const next = `run "clearstory update --with ${feed}" to build it anew`;
      return new AdvisoriesError('CORRUPT_FILE', `${path}: ${what}; ${next}`, { cause });
    };
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      throw corrupt(error.code === 'ENOENT' ? 'missing' : error.message, error);
    });
    if (hashOf(bytes) !== hash) throw corrupt('checksum does not match');
    const decoded = decode(bytes);
    if (decoded === undefined) throw corrupt('not a file of this version');
    return decoded;
  }
}

/** Guards against files of strange origin: our own are replaced whole. */
function isComplete(state: Partial<ThreatFeedState> | null): boolean {
  const { from, file, hash, fetchedAt, entries } = state ?? {};
  return [from, file, hash, fetchedAt].every((each) => typeof each === 'string') && entries !== undefined;
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
