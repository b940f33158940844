// The rules of docs/matching.md once more, as a plain loop over the raw documents: independent of the product's code.
import { fixesFor, type HistoryRow, type RawEntry, type RawFix } from './raw-documents.ts';

/** Server Core and, where there is one, full product of each build. */
export const PRODUCTS: Readonly<Record<number, readonly [core: string, full?: string]>> = {
  14393: ['10855', '10816'],
  16299: ['11466'],
  17134: ['11499'],
  17763: ['11572', '11571'],
  18362: ['11647'],
  18363: ['11715'],
  19041: ['11769'],
  19042: ['11803'],
  20348: ['11924', '11923'],
  25398: ['12244'],
  26100: ['12437', '12436'],
};

const SAME_BRANCH = [
  [18362, 18363],
  [19041, 19042, 19043, 19044, 19045],
];

/** What the rules say of one entry: fixed from a revision on, never, or by a revision that cannot be told. */
export interface OracleDecision {
  id: string;
  fixedFrom: number | 'never' | 'unknown';
}

export function decide(
  entries: readonly RawEntry[],
  history: readonly HistoryRow[],
  build: number,
  product: string,
): OracleDecision[] {
  const revisionOf = (fixedBuild: string): number | undefined => {
    const [, itsBuild, revision] = /^10\.0\.(\d+)\.(\d+)$/.exec(fixedBuild) ?? [];
    if (Number(itsBuild) !== build) return undefined; // R3: another branch
    const isClientLine = build === 26100 && Number(revision) > 7462 && Number(revision) < 32230;
    return isClientLine ? undefined : Number(revision);
  };
  const isHotpatch = (fix: RawFix): boolean => fix.subType.toLowerCase().includes('hotpatch');
  const everyFix = entries.flatMap((entry) => entry.fixes);
  const hotpatchRevisions = new Set(everyFix.filter(isHotpatch).map((fix) => revisionOf(fix.fixedBuild)));

  const elsewhere = (kb: string): number[] =>
    everyFix.filter((fix) => fix.kb === kb && kb !== '').flatMap((fix) => revisionOf(fix.fixedBuild) ?? []);

  const decided: (OracleDecision & { document: string; fixes: RawFix[] })[] = [];
  for (const entry of entries.filter((each) => each.affected.includes(product))) {
    const ours = fixesFor(entry, product);
    const cumulative = ours.filter((fix) => !isHotpatch(fix));
    const fixes = cumulative.length > 0 ? cumulative : ours; // R2
    if (fixes.length === 0) {
      decided.push({ id: entry.id, fixedFrom: 'never', document: entry.document, fixes }); // R8
      continue;
    }
    let revisions: number[] = [];
    for (const fix of fixes) {
      const stated = revisionOf(fix.fixedBuild); // R3
      const historic = history
        .filter((row) => row.build === build && row.kb === fix.kb)
        .map((row) => row.revision); // R4
      if (stated !== undefined) revisions.push(stated);
      else if (historic.length > 0) revisions.push(Math.min(...historic));
      else revisions.push(...elsewhere(fix.kb)); // R5
    }
    if (new Set(revisions).size > 1) {
      const without = revisions.filter((revision) => !hotpatchRevisions.has(revision)); // R2, second half
      if (without.length > 0) revisions = without;
    }
    const fixedFrom = revisions.length > 0 ? Math.min(...revisions) : 'unknown'; // R7
    decided.push({ id: entry.id, fixedFrom, document: entry.document, fixes });
  }

  return decided.map((decision) => {
    if (decision.fixedFrom !== 'unknown') return decision;
    const inDocument = decided
      .filter((each) => each.document === decision.document)
      .flatMap((each) => (typeof each.fixedFrom === 'number' ? [each.fixedFrom] : []));
    const often = (revision: number): number => inDocument.filter((each) => each === revision).length;
    const [usual] = inDocument.sort((a, b) => often(b) - often(a) || b - a); // R6
    const siblings = SAME_BRANCH.find((branch) => branch.includes(build)) ?? [];
    const [sibling] = decision.fixes.flatMap((fix) => {
      const [, itsBuild, revision] = /^10\.0\.(\d+)\.(\d+)$/.exec(fix.fixedBuild) ?? [];
      return siblings.includes(Number(itsBuild)) ? [Number(revision)] : [];
    });
    return { ...decision, fixedFrom: usual ?? sibling ?? 'unknown' };
  });
}

/** R9: which IDs a revision has, by whether a fix is published. */
export function vulnerableAt(
  decisions: readonly OracleDecision[],
  revision: number,
): { fixed: string[]; unfixed: string[] } {
  const fixed = new Set<string>();
  const unfixed = new Set<string>();
  for (const { id, fixedFrom } of decisions) {
    if (fixedFrom === 'never') unfixed.add(id);
    else if (fixedFrom === 'unknown' || revision < fixedFrom) fixed.add(id);
  }
  return { fixed: [...fixed].sort(), unfixed: [...unfixed].sort() };
}
