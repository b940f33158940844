// What OSV says of libraries, for matching: fetched from the store once a version, and read from disk.
import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AdvisoriesError } from '../../advisories/advisories-error.ts';
import {
  type EcosystemState,
  type LibraryState,
  LibraryStore,
} from '../../advisories/libraries/library-store.ts';
import { writeFileAtomically } from '../../base/atomic-file.ts';
import type { Dependency } from '../../model/dependency.ts';
import type { LibraryAdvisories } from '../../model/library-advisories.ts';
import type { LibrarySource } from '../knowledge.ts';
import { libraryVersion } from './library-version.ts';

/** What is needed of the store. */
export interface LibraryFileSource {
  stateOf(version: number): Promise<string | undefined>;
  read(name: string): AsyncIterable<Buffer>;
}

/** Whoever compares two versions reads the files of both. */
const KEPT_STATES = 2;

export class StoredLibraries {
  readonly #source: LibraryFileSource;
  readonly #store: LibraryStore;
  readonly #fetching = new Map<string, Promise<void>>();
  #recent: readonly LibraryState[] = [];

  /** `folder` is for files that are kept between runs, and is nobody else's. */
  constructor(source: LibraryFileSource, folder: string) {
    this.#source = source;
    this.#store = new LibraryStore(folder);
  }

  /** `undefined`: that version knows nothing of libraries. Throws StoreError, AdvisoriesError. */
  async of(versionId: number): Promise<LibrarySource | undefined> {
    const text = await this.#source.stateOf(versionId);
    if (text === undefined) return undefined;
    const state = JSON.parse(text) as LibraryState;
    await this.#ensure(state);
    return { version: libraryVersion(state), load: (dependencies) => this.#load(state, dependencies) };
  }

  async #load(state: LibraryState, dependencies: readonly Dependency[]): Promise<LibraryAdvisories> {
    try {
      return await this.#store.load(state, dependencies);
    } catch (error) {
      if (!(error instanceof AdvisoriesError && error.code === 'CORRUPT_FILE')) throw error;
      // Somebody cleared the folder, or the disk did: the store has them still.
      for (const ecosystem of Object.values(state.ecosystems))
        await rm(this.#store.pathOf(ecosystem), { force: true });
      await this.#ensure(state);
      return this.#store.load(state, dependencies);
    }
  }

  async #ensure(state: LibraryState): Promise<void> {
    const version = libraryVersion(state);
    for (const ecosystem of Object.values(state.ecosystems)) await this.#fetchOnce(ecosystem);
    const others = this.#recent.filter((each) => libraryVersion(each) !== version);
    const isNew = others.length === this.#recent.length;
    this.#recent = [state, ...others].slice(0, KEPT_STATES);
    if (isNew) await this.#clear();
  }

  async #fetchOnce(ecosystem: EcosystemState): Promise<void> {
    const { file } = ecosystem;
    const running =
      this.#fetching.get(file) ?? this.#fetch(ecosystem).finally(() => this.#fetching.delete(file));
    this.#fetching.set(file, running);
    await running;
  }

  /** A file that is there is whole: it came there by one rename, and its parts have checksums. */
  async #fetch(ecosystem: EcosystemState): Promise<void> {
    const path = this.#store.pathOf(ecosystem);
    if (await stat(path).catch(() => undefined)) return;
    await writeFileAtomically(path, verified(this.#source.read(ecosystem.file), ecosystem));
  }

  async #clear(): Promise<void> {
    const named = new Set(
      this.#recent.flatMap(({ ecosystems }) => Object.values(ecosystems).map(({ file }) => file)),
    );
    const [first] = Object.values(this.#recent[0]?.ecosystems ?? {});
    if (!first) return;
    const folder = dirname(this.#store.pathOf(first));
    for (const name of await readdir(folder)) {
      // What is being written is named like its file, and more.
      const isComing = [...this.#fetching.keys()].some((file) => name.startsWith(file));
      if (named.has(name) || isComing) continue;
      await rm(this.#store.pathOf({ file: name }), { recursive: true, force: true });
    }
  }
}

async function* verified(
  chunks: AsyncIterable<Buffer>,
  { file, version }: EcosystemState,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex').startsWith(version)) return;
  throw new AdvisoriesError(
    'CORRUPT_FILE',
    `${file} in the store is damaged or was taken away by a newer version; the next update of OSV brings it again`,
  );
}
