// The advisories in force: those of the newest version in the store, taken over by every replica within seconds.
import { AdvisoriesError } from '../advisories/advisories-error.ts';
import { decodeAdvisories } from '../advisories/advisories-file.ts';
import type { Logger } from '../base/log.ts';
import type { Advisories } from '../model/advisories.ts';
import type { Dependency } from '../model/dependency.ts';
import type { LibraryAdvisories } from '../model/library-advisories.ts';

/** Advisories and what is known of libraries, as they were at one time: never changed, only replaced. */
export interface Knowledge {
  readonly version: KnownVersion;
  readonly advisories: Advisories;
  /** `undefined`: OSV was not read for this version. */
  readonly libraries?: LibrarySource;
}

/** A version of the advisories in the store. */
export interface KnownVersion {
  readonly id: number;
  /** A uuid. */
  readonly ref: string;
  /** Changes exactly when the content does. */
  readonly version: string;
  /** When the feed was last read, ISO 8601. */
  readonly fetchedAt: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

export interface LibrarySource {
  /** Changes exactly when what it says does. */
  readonly version: string;
  load(dependencies: readonly Dependency[]): Promise<LibraryAdvisories>;
}

/** What is needed of the store. */
export interface VersionSource {
  latest(): Promise<KnownVersion | undefined>;
  list(): Promise<readonly KnownVersion[]>;
  load(id: number): Promise<Buffer>;
}

export interface KnowledgeParts {
  readonly versions: VersionSource;
  /** What a version knows of libraries; asked at every refresh. */
  readonly libraries?: (versionId: number) => Promise<LibrarySource | undefined>;
  readonly log: Logger;
}

/** A new version takes effect everywhere within this time; asking costs a query of one row. */
const POLL_MS = 10_000;

export class CurrentKnowledge {
  readonly #parts: KnowledgeParts;
  readonly #listeners = new Set<(knowledge: Knowledge) => void>();
  #current: Knowledge | undefined;
  /** The one loaded last: the notifier compares it with the current. Each takes some ten megabytes. */
  #previous: Knowledge | undefined;
  #refreshing: Promise<boolean> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isFailing = false;
  /** Versions of which that was said. */
  readonly #withoutLibraries = new Set<number>();

  constructor(parts: KnowledgeParts) {
    this.#parts = parts;
  }

  /** Takes over what is there, and looks again from time to time. Never fails: an unreachable store is asked again. */
  async start(): Promise<void> {
    await this.#poll();
    this.#timer = setInterval(() => void this.#poll(), POLL_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** `undefined`: there are no advisories yet. */
  current(): Knowledge | undefined {
    return this.#current;
  }

  /** Called with every new version, after it took effect. Gives the function that ends it. */
  onChange(listener: (knowledge: Knowledge) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Whether something changed. What is in force stays in force when this fails. @throws StoreError, AdvisoriesError */
  refresh(): Promise<boolean> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** A version as it was. @throws StoreError, AdvisoriesError; also when there is none. */
  async load(id: number): Promise<Knowledge> {
    const known = [this.#current, this.#previous].find((each) => each?.version.id === id);
    if (known) return known;
    const version = (await this.#parts.versions.list()).find((each) => each.id === id);
    if (!version) throw new RangeError(`there is no version ${id} of the advisories`);
    const libraries = await this.#libraries(id);
    this.#previous = {
      version,
      advisories: await this.#decode(version),
      ...(libraries ? { libraries } : {}),
    };
    return this.#previous;
  }

  async #poll(): Promise<void> {
    try {
      await this.refresh();
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#parts.log.error({ err: error }, 'advisories cannot be read from the store');
      this.#isFailing = true;
    }
  }

  async #refresh(): Promise<boolean> {
    const version = await this.#parts.versions.latest();
    if (!version) return false;
    const libraries = await this.#libraries(version.id);
    const old = this.#current;
    const isSame = old?.version.id === version.id && old.libraries?.version === libraries?.version;
    if (isSame && old.version.fetchedAt === version.fetchedAt) return false;
    // What was computed of a version hangs on this object.
    const advisories = old?.version.id === version.id ? old.advisories : await this.#decode(version);
    this.#current = { version, advisories, ...(libraries ? { libraries } : {}) };
    if (old && old.version.id !== version.id) this.#previous = old;
    if (isSame) return false;
    this.#parts.log.info({ version: version.version, libraries: libraries?.version }, 'advisories in force');
    for (const listener of this.#listeners) listener(this.#current);
    return true;
  }

  /** Microsoft's advisories count also where those of OSV are damaged; reports say then that libraries were not matched. */
  async #libraries(version: number): Promise<LibrarySource | undefined> {
    try {
      const libraries = await this.#parts.libraries?.(version);
      this.#withoutLibraries.delete(version);
      return libraries;
    } catch (error) {
      if (!(error instanceof AdvisoriesError)) throw error;
      if (!this.#withoutLibraries.has(version)) {
        this.#parts.log.error({ err: error }, 'what OSV says of libraries cannot be read');
      }
      this.#withoutLibraries.add(version);
      return undefined;
    }
  }

  async #decode(version: KnownVersion): Promise<Advisories> {
    const file = await this.#parts.versions.load(version.id);
    return decodeAdvisories(
      file,
      `version ${version.version} of the advisories in the store`,
      version.fetchedAt,
    );
  }
}
