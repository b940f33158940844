// Findings of libraries, when there are libraries and OSV was fetched; version orders are loaded only then.
import { AdvisoriesError } from '../advisories/advisories-error.ts';
import { LibraryStore } from '../advisories/libraries/library-store.ts';
import { librariesOf } from '../matching/libraries/libraries-asked.ts';
import type { Finding } from '../model/finding.ts';
import type { Inventory, Notice } from '../model/inventory.ts';

export interface LibraryMatches {
  readonly findings: readonly Finding[];
  readonly notices: readonly Notice[];
  /** When OSV was last read, ISO 8601; `undefined`: it was not asked. */
  readonly fetchedAt: string | undefined;
}

export async function findLibraries({ packages }: Inventory, cacheFolder: string): Promise<LibraryMatches> {
  const dependencies = librariesOf(packages);
  if (dependencies.length === 0) return { findings: [], notices: [], fetchedAt: undefined };
  const store = new LibraryStore(cacheFolder);
  const state = await store.state();
  if (!state)
    return notMatched(dependencies.length, '"clearstory update --osv" fetches what OSV knows of them', false);
  try {
    const [{ matchLibraries }, advisories] = await Promise.all([
      import('../matching/libraries/match-libraries.ts'),
      store.load(state, dependencies),
    ]);
    return { findings: matchLibraries(packages, advisories), notices: [], fetchedAt: state.fetchedAt };
  } catch (error) {
    if (!(error instanceof AdvisoriesError)) throw error;
    return notMatched(dependencies.length, error.message, true);
  }
}

function notMatched(libraries: number, why: string, uncertain: boolean): LibraryMatches {
  const subject = libraries === 1 ? 'one library was' : `${libraries} libraries were`;
  const message = `${subject} found and not matched: ${why}`;
  return {
    findings: [],
    notices: [{ code: 'LIBRARIES_NOT_MATCHED', message, uncertain }],
    fetchedAt: undefined,
  };
}
