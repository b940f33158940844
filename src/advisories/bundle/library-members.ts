// Library advisories in a bundle: their state, and one file an ecosystem.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Ecosystem } from '../../model/dependency.ts';
import { TOLERATED_LOSS } from '../guard.ts';
import { OSV_ECOSYSTEMS } from '../libraries/ecosystems.ts';
import type { EcosystemState, LibraryState, LibraryStore } from '../libraries/library-store.ts';
import { BundleError } from './bundle-error.ts';
import { ecosystemMember, LIBRARIES_MEMBER } from './bundle-format.ts';
import type { ReadMember } from './read-bundle.ts';
import type { BundleMember } from './write-bundle.ts';

/** Nothing when library advisories were never fetched. */
export async function* libraryMembers(store: LibraryStore): AsyncGenerator<BundleMember> {
  const state = await store.state();
  if (!state) return;
  const json = Buffer.from(JSON.stringify(state));
  yield { name: LIBRARIES_MEMBER, bytes: json.length, content: [json] };
  for (const [ecosystem, each] of entriesOf(state)) {
    const path = store.pathOf(each);
    yield {
      name: ecosystemMember(ecosystem),
      bytes: (await stat(path)).size,
      content: createReadStream(path) as AsyncIterable<Buffer>,
    };
  }
}

/** Library advisories on their way in: written to the scratch folder, in force with `apply` and not before. */
export class IncomingLibraries {
  readonly #store: LibraryStore;
  readonly #where: string;
  readonly #files = new Map<string, { path: string; version: string }>();
  #state: LibraryState | undefined;
  #folder: string | undefined;

  constructor(store: LibraryStore, where: string) {
    this.#store = store;
    this.#where = where;
  }

  get state(): LibraryState | undefined {
    return this.#state;
  }

  /** @throws BundleError CORRUPT */
  takeState(json: Buffer): void {
    try {
      const state: unknown = JSON.parse(json.toString('utf8'));
      if (isLibraryState(state)) this.#state = state;
    } catch {
      // Said below.
    }
    if (!this.#state) throw this.#corrupt('what it says of library advisories is damaged');
  }

  async takeFile(ecosystem: string, member: ReadMember): Promise<void> {
    if (!(ecosystem in OSV_ECOSYSTEMS)) return;
    await mkdir(this.#store.scratchFolder, { recursive: true });
    this.#folder ??= await mkdtemp(join(this.#store.scratchFolder, 'import-'));
    const path = join(this.#folder, ecosystem);
    const hash = createHash('sha256');
    const hashed = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of member.content()) {
        hash.update(chunk);
        yield chunk;
      }
    };
    await pipeline(hashed, createWriteStream(path, { flush: true }));
    this.#files.set(ecosystem, { path, version: hash.digest('hex').slice(0, 12) });
  }

  /** @throws BundleError CORRUPT, REFUSED */
  async admit(force: boolean): Promise<void> {
    const state = this.#state;
    if (!state) return;
    for (const [ecosystem, { version }] of entriesOf(state)) {
      if (this.#files.get(ecosystem)?.version !== version) {
        throw this.#corrupt(
          `the library advisories of ${OSV_ECOSYSTEMS[ecosystem]} in it are not those it speaks of`,
        );
      }
    }
    const kept = await this.#store.state();
    if (!kept || force) return;
    if (Date.parse(state.fetchedAt) < Date.parse(kept.fetchedAt)) {
      throw this.#refused(
        `its library advisories are of ${state.fetchedAt}, and those here of ${kept.fetchedAt}`,
      );
    }
    for (const [ecosystem, { entries }] of entriesOf(kept)) {
      const brought = state.ecosystems[ecosystem]?.entries ?? 0;
      if (brought >= entries * (1 - TOLERATED_LOSS)) continue;
      throw this.#refused(
        `it has ${brought} library advisories of ${OSV_ECOSYSTEMS[ecosystem]}, and here are ${entries}`,
      );
    }
  }

  /**
   * Where they were fetched from is forgotten, unless this place fetches them too: "clearstory update" would
   * otherwise look for OSV where there is no network.
   */
  async apply(now: Date): Promise<void> {
    const state = this.#state;
    if (!state) return;
    const previous = await this.#store.state();
    for (const [ecosystem, each] of entriesOf(state)) {
      await this.#store.adopt(this.#files.get(ecosystem)!.path, each);
    }
    const fetchedAt = new Date(Math.min(Date.parse(state.fetchedAt), now.getTime())).toISOString();
    await this.#store.save({ ...state, from: previous?.from ?? '', fetchedAt }, previous);
  }

  async discard(): Promise<void> {
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  #corrupt(what: string): BundleError {
    return new BundleError('CORRUPT', `${this.#where}: ${what}; carry it over again`);
  }

  #refused(what: string): BundleError {
    return new BundleError(
      'REFUSED',
      `${this.#where}: ${what}; nothing was changed, --force takes it all the same`,
    );
  }
}

function entriesOf({ ecosystems }: LibraryState): [Ecosystem, EcosystemState][] {
  return Object.entries(ecosystems) as [Ecosystem, EcosystemState][];
}

/** File names become paths, so they have to be the ones that a store gives. */
function isLibraryState(value: unknown): value is LibraryState {
  const state = value as Partial<LibraryState> | null;
  return (
    typeof state?.fetchedAt === 'string' &&
    !Number.isNaN(Date.parse(state.fetchedAt)) &&
    typeof state.ecosystems === 'object' &&
    state.ecosystems !== null &&
    Object.entries(state.ecosystems).every(([ecosystem, each]) => {
      const { file, version, entries, validator } = (each ?? {}) as Partial<EcosystemState>;
      return (
        ecosystem in OSV_ECOSYSTEMS &&
        file === `${ecosystem}-${version}.bin` &&
        /^[0-9a-f]{12}$/.test(version ?? '') &&
        Number.isSafeInteger(entries) &&
        typeof validator === 'string'
      );
    })
  );
}
