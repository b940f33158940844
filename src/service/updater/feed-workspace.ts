// Lets one replica at a time change the advisories of the service as a folder, and puts what became of it in force.
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AdvisoriesError } from '../../advisories/advisories-error.ts';
import { type LibraryState, LibraryStore } from '../../advisories/libraries/library-store.ts';
import { writeFileAtomically } from '../../base/atomic-file.ts';
import { AdvisoriesVersions, type StoredVersion } from '../../store/advisories-versions.ts';
import type { Database } from '../../store/database.ts';
import { FeedFiles } from '../../store/feed-files.ts';
import { joinedTransaction } from '../../store/joined-transaction.ts';
import { LibraryFiles } from '../../store/library-files.ts';
import { Settings } from '../../store/settings.ts';
import { bringDown, type FolderContent, readBack } from './feed-folder.ts';
import { msrcStatus, osvStatus, readStatus, writeStatus } from './feed-status.ts';
import { versionOfBoth } from './library-version.ts';

/** Held by whoever changes the advisories: an update, or an import. */
const LOCK = 'updater';

export interface WorkspaceOptions {
  readonly database: Database;
  /** For the folder; what is in it is worth keeping, and can be made again from the store. */
  readonly scratchFolder: string;
  /** Versions that are kept; `Infinity`: all. Two at least: one cannot be compared with anything. */
  readonly retention: number;
}

export interface WorkspaceChange<T> {
  readonly result: T;
  /** The version in force afterwards; `undefined`: there are no advisories. */
  readonly version: StoredVersion | undefined;
  /** Whether it is another one than before. */
  readonly changed: boolean;
}

export class FeedWorkspace {
  readonly #options: WorkspaceOptions;
  readonly #feedFiles: FeedFiles;
  readonly #libraryFiles: LibraryFiles;

  constructor(options: WorkspaceOptions) {
    this.#options = options;
    this.#feedFiles = new FeedFiles(options.database);
    this.#libraryFiles = new LibraryFiles(options.database);
  }

  /**
   * `undefined`: somebody else is at it, or `work` gave `undefined`, which leaves everything as it is. Files and version
   * change in one transaction: whoever is killed before leaves nothing.
   */
  async change<T>(
    work: (folder: string, lost: AbortSignal) => Promise<T | undefined>,
  ): Promise<WorkspaceChange<T> | undefined> {
    const { database, scratchFolder } = this.#options;
    return database.tryLock(LOCK, async (lost) => {
      await bringDown(await this.#feedFiles.all(), scratchFolder);
      const result = await work(scratchFolder, lost);
      lost.throwIfAborted();
      if (result === undefined) return undefined;
      const content = await readBack(scratchFolder);
      if (!content) return { result, version: undefined, changed: false };
      await this.#uploadLibraries(content.libraries, scratchFolder);
      lost.throwIfAborted();
      return { result, ...(await this.#commit(content)) };
    });
  }

  /**
   * Hands `work` a folder of its own with all that is in force; `libraries`: with the files of OSV, which are large.
   * @throws AdvisoriesError CORRUPT_FILE when a newer version took them away meanwhile
   */
  async read<T>(libraries: boolean, work: (folder: string) => Promise<T>): Promise<T> {
    await mkdir(this.#options.scratchFolder, { recursive: true });
    const folder = await mkdtemp(join(this.#options.scratchFolder, 'read-'));
    try {
      await bringDown(await this.#feedFiles.all(), folder);
      const state = libraries ? await new LibraryStore(folder).state() : undefined;
      if (state) await this.#downloadLibraries(state, folder);
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #commit(content: FolderContent): Promise<{ version: StoredVersion; changed: boolean }> {
    const { database, retention } = this.#options;
    const { state, libraries, advisories, files } = content;
    const outcome = await database.transaction(async (transaction) => {
      const joined = joinedTransaction(database, transaction);
      const versions = new AdvisoriesVersions(joined);
      const before = await versions.latest();
      const version = await versions.add({
        version: versionOfBoth(state.version, libraries),
        fetchedAt: state.fetchedAt,
        file: advisories,
      });
      if (libraries) {
        const names = Object.values(libraries.ecosystems).map(({ file }) => file);
        await new LibraryFiles(joined).assign(version.id, JSON.stringify(libraries), names);
      }
      await new FeedFiles(joined).replace(files);
      const settings = new Settings(joined);
      await writeStatus(settings, {
        ...(await readStatus(settings)),
        msrc: msrcStatus(state),
        osv: libraries && osvStatus(libraries),
      });
      return { version, changed: version.id !== before?.id };
    });
    if (outcome.changed) {
      if (Number.isFinite(retention)) {
        await new AdvisoriesVersions(database).prune(Math.max(2, retention));
      }
      await this.#libraryFiles.prune();
    }
    return outcome;
  }

  async #uploadLibraries(libraries: LibraryState | undefined, folder: string): Promise<void> {
    const store = new LibraryStore(folder);
    for (const ecosystem of Object.values(libraries?.ecosystems ?? {})) {
      if (await this.#libraryFiles.has(ecosystem.file)) continue;
      const path = store.pathOf(ecosystem);
      await this.#libraryFiles.write(
        ecosystem.file,
        createReadStream(path, { highWaterMark: 4 * 1024 * 1024 }),
      );
    }
  }

  async #downloadLibraries(state: LibraryState, folder: string): Promise<void> {
    const store = new LibraryStore(folder);
    for (const ecosystem of Object.values(state.ecosystems)) {
      if (!(await this.#libraryFiles.has(ecosystem.file))) {
        throw new AdvisoriesError('CORRUPT_FILE', `${ecosystem.file} is no longer in the store; try again`);
      }
      await writeFileAtomically(store.pathOf(ecosystem), this.#libraryFiles.read(ecosystem.file));
    }
  }
}
