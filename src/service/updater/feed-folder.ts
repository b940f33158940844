// The folder that updates work on: brought down from the store, and read back to be put there again.
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AdvisoriesStore, type FeedState } from '../../advisories/advisories-store.ts';
import { type LibraryState, LibraryStore } from '../../advisories/libraries/library-store.ts';
import { writeFileAtomically } from '../../base/atomic-file.ts';

/** What the store keeps of the folder: the files that the state of Microsoft's feed names, and that of OSV. */
const ADVISORIES = 'advisories';
const LIBRARY_STATE = 'osv/state.json';

/** Names become paths. */
const NAME = /^(?:advisories\/[\w-][\w.-]*|osv\/state\.json)$/;

/**
 * Makes `folder` what `files` say. What is there already is left alone, and library files are: they are named by their
 * content, and fetched by those who read them.
 */
export async function bringDown(files: ReadonlyMap<string, Buffer>, folder: string): Promise<void> {
  const local = join(folder, ADVISORIES);
  await mkdir(local, { recursive: true });
  for (const name of await readdir(local)) {
    if (!files.has(`${ADVISORIES}/${name}`)) await rm(join(local, name), { recursive: true, force: true });
  }
  if (!files.has(LIBRARY_STATE)) await rm(join(folder, LIBRARY_STATE), { force: true });
  for (const [name, bytes] of files) {
    if (!NAME.test(name)) continue;
    const path = join(folder, name);
    const there = await readFile(path).catch(() => undefined);
    if (!there?.equals(bytes)) await writeFileAtomically(path, bytes);
  }
}

/** What a folder holds after an update. */
export interface FolderContent {
  readonly state: FeedState;
  readonly libraries: LibraryState | undefined;
  /** The file of the version in use. */
  readonly advisories: Buffer;
  /** For the store, by name; without library files. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** `undefined`: there are no advisories in it. Throws AdvisoriesError when they are damaged. */
export async function readBack(folder: string): Promise<FolderContent | undefined> {
  const store = new AdvisoriesStore(folder);
  const state = await store.state();
  if (!state) return undefined;
  // What goes to the store goes to every replica: it is decoded here once, so that damage goes no further.
  await store.load(state);
  const files = new Map<string, Buffer>();
  for (const name of ['state.json', state.advisoriesFile, state.recordsFile]) {
    files.set(`${ADVISORIES}/${name}`, await readFile(join(folder, ADVISORIES, name)));
  }
  const libraries = await new LibraryStore(folder).state();
  if (libraries) files.set(LIBRARY_STATE, await readFile(join(folder, LIBRARY_STATE)));
  return { state, libraries, advisories: files.get(`${ADVISORIES}/${state.advisoriesFile}`)!, files };
}
