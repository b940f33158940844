// Library advisories on disk: one file an ecosystem, and what is known of where they came from.
import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../../base/atomic-file.ts';
import type { Dependency, Ecosystem } from '../../model/dependency.ts';
import type { LibraryAdvisories, LibraryAdvisory } from '../../model/library-advisories.ts';
import type { Doubt } from '../guard.ts';
import { packageKey } from './ecosystems.ts';
import { readLibraryFile } from './library-file.ts';

/** `state.json` is replaced by one rename: that is the moment new files take effect. */
export interface LibraryState {
  /** Where OSV was read from; the next update goes there again. */
  readonly from: string;
  /** When it was last read without a failure, ISO 8601. */
  readonly fetchedAt: string;
  readonly ecosystems: Readonly<Partial<Record<Ecosystem, EcosystemState>>>;
}

export interface EcosystemState {
  readonly file: string;
  /** The first 12 hex digits of a sha256 over the file. */
  readonly version: string;
  readonly entries: number;
  readonly validator: string;
  /** An archive with markedly fewer entries waits to be confirmed. */
  readonly doubt?: Doubt;
}

export class LibraryStore {
  readonly #folder: string;

  constructor(cacheFolder: string) {
    this.#folder = join(cacheFolder, 'osv');
  }

  /** For files that are needed while an update runs. */
  get scratchFolder(): string {
    return join(this.#folder, 'scratch');
  }

  /** `undefined` before the first update, and when the file is damaged: then all is fetched anew. */
  async state(): Promise<LibraryState | undefined> {
    try {
      const state = JSON.parse(await readFile(join(this.#folder, 'state.json'), 'utf8')) as LibraryState;
      return typeof state.from === 'string' && typeof state.ecosystems === 'object' ? state : undefined;
    } catch {
      return undefined;
    }
  }

  /** Writes the file of one ecosystem; it takes effect with `save`. */
  async write(ecosystem: Ecosystem, bytes: Buffer): Promise<Pick<EcosystemState, 'file' | 'version'>> {
    const version = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
    const file = `${ecosystem}-${version}.bin`;
    await writeFileAtomically(join(this.#folder, file), bytes);
    return { file, version };
  }

  /** Where the file of an ecosystem lies. */
  pathOf({ file }: Pick<EcosystemState, 'file'>): string {
    return join(this.#folder, file);
  }

  /** Takes over a file of one ecosystem that was written to `scratchFolder`; it takes effect with `save`. */
  async adopt(path: string, state: Pick<EcosystemState, 'file'>): Promise<void> {
    await rename(path, this.pathOf(state));
  }

  /** Files that neither this state nor the one before names are cleared. */
  async save(state: LibraryState, previous: LibraryState | undefined): Promise<void> {
    await writeFileAtomically(join(this.#folder, 'state.json'), JSON.stringify(state));
    // Left behind by an update that was killed; two at once would only download again.
    await rm(this.scratchFolder, { recursive: true, force: true });
    const named = new Set(
      [state, previous].flatMap((each) => Object.values(each?.ecosystems ?? {}).map(({ file }) => file)),
    );
    for (const name of await readdir(this.#folder)) {
      if (name.endsWith('.bin') && !named.has(name)) await rm(join(this.#folder, name), { force: true });
    }
  }

  /** What is known of these libraries. @throws AdvisoriesError CORRUPT_FILE */
  async load(state: LibraryState, dependencies: readonly Dependency[]): Promise<LibraryAdvisories> {
    const known = new Map<Ecosystem, Map<string, LibraryAdvisory[]>>();
    for (const [ecosystem, { file }] of Object.entries(state.ecosystems) as [Ecosystem, EcosystemState][]) {
      const keys = dependencies
        .filter((dependency) => dependency.ecosystem === ecosystem)
        .map(({ name }) => packageKey(ecosystem, name));
      if (keys.length > 0) known.set(ecosystem, await readLibraryFile(join(this.#folder, file), keys));
    }
    return {
      fetchedAt: state.fetchedAt,
      of: ({ ecosystem, name }) => known.get(ecosystem)?.get(packageKey(ecosystem, name)) ?? [],
    };
  }
}
