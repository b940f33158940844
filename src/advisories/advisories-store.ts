// The advisories on disk: the version in use, the documents it was made of, and what is known of the feed.
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { writeFileAtomically } from '../base/atomic-file.ts';
import type { Advisories } from '../model/advisories.ts';
import { AdvisoriesError } from './advisories-error.ts';
import { decodeAdvisories, encodeAdvisories, FORMAT } from './advisories-file.ts';
import type { KnownCopy } from './feed.ts';
import type { Doubt, Refusal } from './guard.ts';
import type { DocumentRecord } from './normalise.ts';

/**
 * `state.json` names the files that belong together and is replaced by one rename: that is the moment a new
 * version takes effect. A process killed before leaves files that nothing names, and the next update clears.
 */
export interface FeedState {
  readonly format: number;
  readonly version: string;
  readonly advisoriesFile: string;
  readonly recordsFile: string;
  /** When the feed was last read to its end, ISO 8601. */
  readonly fetchedAt: string;
  /** Documents refused since the beginning. */
  readonly refusals: number;
  readonly documents: Readonly<Record<string, DocumentState>>;
}

export interface DocumentState {
  readonly copy: KnownCopy;
  readonly released: string;
  readonly refusal?: Refusal;
  /** Entries that the feed no longer serves and that are kept until that is confirmed. */
  readonly carried?: Doubt & { readonly ids: readonly string[] };
}

/** Files of an update that was killed are cleared once they are this old; a live update takes minutes. */
const ORPHAN_MS = 60 * 60 * 1000;

export class AdvisoriesStore {
  readonly #folder: string;

  constructor(cacheFolder: string) {
    this.#folder = join(cacheFolder, 'advisories');
  }

  /** What is in use; `undefined` before the first update and after an upgrade that changed the format. */
  async state(): Promise<FeedState | undefined> {
    const path = join(this.#folder, 'state.json');
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new AdvisoriesError('CORRUPT_FILE', `${path}: ${error.message}`, { cause: error });
    });
    if (text === undefined) return undefined;
    try {
      const state = JSON.parse(text) as FeedState;
      if (state.format !== FORMAT) return undefined;
      if (isComplete(state)) return state;
    } catch (error) {
      throw corrupt(path, 'not JSON', error);
    }
    throw corrupt(path, 'damaged', undefined);
  }

  /** @throws AdvisoriesError CORRUPT_FILE */
  async load(state: FeedState): Promise<Advisories> {
    const path = join(this.#folder, state.advisoriesFile);
    return decodeAdvisories(await this.#read(path), path, state.fetchedAt);
  }

  /** Whether `load` would succeed. */
  async isIntact(state: FeedState): Promise<boolean> {
    return this.load(state).then(
      () => true,
      () => false,
    );
  }

  /** @throws AdvisoriesError CORRUPT_FILE */
  async records(state: FeedState): Promise<DocumentRecord[]> {
    const path = join(this.#folder, state.recordsFile);
    try {
      return JSON.parse(gunzipSync(await this.#read(path)).toString('utf8')) as DocumentRecord[];
    } catch (error) {
      if (error instanceof AdvisoriesError) throw error;
      throw corrupt(path, 'damaged', error);
    }
  }

  /** Builds the version that `records` make and puts it in use. */
  async replace(
    records: readonly DocumentRecord[],
    state: Pick<FeedState, 'fetchedAt' | 'refusals' | 'documents'>,
  ): Promise<FeedState> {
    const previous = await this.state().catch(() => undefined);
    const { version, file } = encodeAdvisories(records);
    const recordsBytes = gzipSync(JSON.stringify(records));
    const recordsHash = createHash('sha256').update(recordsBytes).digest('hex').slice(0, 12);
    const next: FeedState = {
      format: FORMAT,
      version,
      advisoriesFile: `advisories-${version}.bin`,
      recordsFile: `documents-${recordsHash}.json.gz`,
      ...state,
    };
    await writeFileAtomically(join(this.#folder, next.advisoriesFile), file);
    await writeFileAtomically(join(this.#folder, next.recordsFile), recordsBytes);
    await this.saveState(next);
    await this.#clearOrphans(next, previous);
    return next;
  }

  async saveState(state: FeedState): Promise<void> {
    await writeFileAtomically(join(this.#folder, 'state.json'), JSON.stringify(state));
  }

  async #read(path: string): Promise<Buffer> {
    return readFile(path).catch((error: NodeJS.ErrnoException) => {
      throw corrupt(path, error.code === 'ENOENT' ? 'missing' : error.message, error);
    });
  }

  /** The previous version stays until the next one: a scan may have read the old state and not yet its file. */
  async #clearOrphans(...states: readonly (FeedState | undefined)[]): Promise<void> {
    const named = new Set(
      states.flatMap((state) => (state ? [state.advisoriesFile, state.recordsFile] : [])),
    );
    named.add('state.json');
    for (const name of await readdir(this.#folder)) {
      if (named.has(name)) continue;
      const path = join(this.#folder, name);
      const age = await stat(path).then(
        (file) => Date.now() - file.mtimeMs,
        () => 0,
      );
      if (age > ORPHAN_MS) await rm(path, { force: true });
    }
  }
}

/** Guards against files of strange origin: our own are replaced whole. */
function isComplete(state: Partial<FeedState>): boolean {
  const texts = [state.version, state.advisoriesFile, state.recordsFile, state.fetchedAt];
  return texts.every((text) => typeof text === 'string') && typeof state.documents === 'object';
}

function corrupt(path: string, what: string, cause: unknown): AdvisoriesError {
  return new AdvisoriesError('CORRUPT_FILE', `${path}: ${what}; run "clearstory update" to build it anew`, {
    cause,
  });
}
