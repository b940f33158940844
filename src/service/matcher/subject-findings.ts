// Findings of subjects under one state of knowledge, libraries by OSV included.
import { match } from '../../matching/match.ts';
import type { Finding } from '../../model/finding.ts';
import type { LibraryAdvisories } from '../../model/library-advisories.ts';
import type { MatchSubject } from '../../model/match-subject.ts';
import type { Knowledge } from '../knowledge.ts';

/** Findings of each of them, in the same order; OSV is read once for all. `ids`: of these vulnerabilities alone. */
export async function subjectFindings(
  subjects: readonly MatchSubject[],
  knowledge: Knowledge,
  ids?: ReadonlySet<string>,
): Promise<(() => Promise<readonly Finding[]>)[]> {
  const dependencies = subjects.flatMap(({ inventory }) =>
    inventory.packages.flatMap((each) => (each.match?.by === 'library' ? [each.match.dependency] : [])),
  );
  const libraries = dependencies.length > 0 ? await knowledge.libraries?.load(dependencies) : undefined;
  return subjects.map((subject) => () => findingsOf(subject, knowledge, libraries, ids));
}

/** Without guidance, as in the command line: it is about how to configure Windows, and no update ends it. */
async function findingsOf(
  { inventory }: MatchSubject,
  { advisories }: Knowledge,
  libraries: LibraryAdvisories | undefined,
  ids: ReadonlySet<string> | undefined,
): Promise<readonly Finding[]> {
  const byMicrosoft = match(inventory, advisories, ids).findings.filter(
    ({ status }) => status !== 'advisory',
  );
  if (!libraries || !inventory.packages.some((each) => each.match?.by === 'library')) return byMicrosoft;
  // The version orders are loaded by those who have libraries.
  const { matchLibraries } = await import('../../matching/libraries/match-libraries.ts');
  const byOsv = matchLibraries(inventory.packages, libraries);
  return [...byMicrosoft, ...(ids ? byOsv.filter(({ id }) => ids.has(id)) : byOsv)];
}
