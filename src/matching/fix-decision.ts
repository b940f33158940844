// Decides from which revision on a Windows release is fixed, entry by entry: rules R1 to R8.
import type { Advisories, AdvisoryEntry, VendorFix } from '../model/advisories.ts';
import { parseWindowsVersion } from '../model/windows-version.ts';
import { revisionOfKb } from '../windows/release-history.ts';
import { isOnOwnLine, type WindowsRelease } from '../windows/releases.ts';

/**
 * How a fixing revision was found. The letters are those of docs/matching.md:
 * R3 FixedBuild of the same build · R4 the KB in the release history · R5 the same KB's FixedBuild elsewhere ·
 * R6 what the rest of the document says · sibling FixedBuild of another build of the branch, the last resort ·
 * R8 no fix published · `unplaced` a fix is published but no rule finds its revision.
 */
export type FixRule = 'R3' | 'R4' | 'R5' | 'R6' | 'sibling' | 'R8' | 'unplaced';

/** What one entry means for one product of one build. */
export interface FixDecision {
  readonly entry: AdvisoryEntry;
  readonly rule: FixRule;
  /** Fixed from this revision on; `undefined` for R8 and `unplaced`. */
  readonly revision: number | undefined;
  /** KBs that bring the fix, digits only. */
  readonly kbs: readonly string[];
  /** Every revision the entry could mean, when it names more than one. */
  readonly conflict: readonly number[] | undefined;
  /** The only published fix is a hotpatch. */
  readonly hotpatchOnly: boolean;
}

interface Candidate {
  readonly revision: number;
  readonly rule: FixRule;
  readonly kb: string | undefined;
}

/** Decides every entry that lists `product` as affected, in the order of the documents. */
export function decideFixes(
  advisories: Advisories,
  release: WindowsRelease,
  product: string,
): readonly FixDecision[] {
  const index = new BuildIndex(advisories, release);
  const decisions = advisories.entries
    .filter((entry) => entry.affected.has(product))
    .map((entry) => decideEntry(entry, release, product, index));
  return placeByDocument(decisions, release, product);
}

function decideEntry(
  entry: AdvisoryEntry,
  release: WindowsRelease,
  product: string,
  index: BuildIndex,
): FixDecision {
  const all = fixesFor(entry, product);
  const cumulative = all.filter((fix) => !isHotpatch(fix));
  const fixes = cumulative.length > 0 ? cumulative : all;
  const hotpatchOnly = all.length > 0 && cumulative.length === 0;
  if (fixes.length === 0) return undecided(entry, 'R8', [], false);
  const candidates = fixes.flatMap((fix) => candidate(fix, release, index));
  if (candidates.length === 0) return undecided(entry, 'unplaced', kbsOf(fixes), hotpatchOnly);
  return choose(entry, candidates, index, hotpatchOnly);
}

/** R3, R4, R5 in turn for one fix. */
function candidate(fix: VendorFix, release: WindowsRelease, index: BuildIndex): Candidate[] {
  const stated = usableRevision(fix.fixedBuild, release);
  if (stated !== undefined) return [{ revision: stated, rule: 'R3', kb: fix.kb }];
  if (fix.kb === undefined) return [];
  const historic = revisionOfKb(release.build, fix.kb);
  if (historic !== undefined) return [{ revision: historic, rule: 'R4', kb: fix.kb }];
  const elsewhere = index.revisionOfKb(fix.kb);
  return elsewhere === undefined ? [] : [{ revision: elsewhere, rule: 'R5', kb: fix.kb }];
}

/** R2's second half and R7: hotpatch builds that hide as ordinary fixes go, then the lowest revision counts. */
function choose(
  entry: AdvisoryEntry,
  candidates: readonly Candidate[],
  index: BuildIndex,
  hotpatchOnly: boolean,
): FixDecision {
  const revisions = ascending(candidates.map((option) => option.revision));
  const several = revisions.length > 1;
  const own = several ? revisions.filter((revision) => !index.isHotpatchBuild(revision)) : revisions;
  const revision = (own[0] ?? revisions[0]) as number;
  const chosen = candidates.filter((option) => option.revision === revision);
  return {
    entry,
    rule: chosen[0]!.rule,
    revision,
    kbs: unique(chosen.flatMap((option) => option.kb ?? [])),
    conflict: several ? revisions : undefined,
    hotpatchOnly,
  };
}

/** R6, then siblings: what the entries left over can still learn. */
function placeByDocument(
  decisions: readonly FixDecision[],
  release: WindowsRelease,
  product: string,
): FixDecision[] {
  const usual = mostFrequentRevisions(decisions);
  return decisions.map((decision) => {
    if (decision.rule !== 'unplaced') return decision;
    const revision = usual.get(decision.entry.document);
    if (revision !== undefined) return { ...decision, rule: 'R6', revision };
    const sibling = siblingRevision(decision.entry, release, product);
    return sibling === undefined ? decision : { ...decision, rule: 'sibling', revision: sibling };
  });
}

/** Per document, the revision that most entries name; of equally frequent ones the higher, the safer answer. */
function mostFrequentRevisions(decisions: readonly FixDecision[]): Map<number, number> {
  const counts = new Map<number, Map<number, number>>();
  for (const { entry, revision } of decisions) {
    if (revision === undefined) continue;
    const ofDocument = counts.get(entry.document) ?? new Map<number, number>();
    counts.set(entry.document, ofDocument.set(revision, (ofDocument.get(revision) ?? 0) + 1));
  }
  const usual = new Map<number, number>();
  for (const [document, ofDocument] of counts) {
    const [top] = [...ofDocument].sort((a, b) => b[1] - a[1] || b[0] - a[0]);
    if (top) usual.set(document, top[0]);
  }
  return usual;
}

/** 19045.7417 named for 19041: another build of the same branch counts the same revisions. */
function siblingRevision(entry: AdvisoryEntry, release: WindowsRelease, product: string): number | undefined {
  const revisions = fixesFor(entry, product).flatMap((fix) => {
    const version = parseWindowsVersion(fix.fixedBuild ?? '');
    return version && release.siblings.includes(version.build) ? [version.revision] : [];
  });
  return ascending(revisions)[0];
}

/** What other entries say about one build; looked up only when a rule asks, which is rare. */
class BuildIndex {
  readonly #advisories: Advisories;
  readonly #release: WindowsRelease;
  #byKb: Map<string, number> | undefined;
  #hotpatch: Set<number> | undefined;

  constructor(advisories: Advisories, release: WindowsRelease) {
    this.#advisories = advisories;
    this.#release = release;
  }

  /** The lowest revision that any entry, of whatever product, gives for a KB on this build. */
  revisionOfKb(kb: string): number | undefined {
    if (!this.#byKb) {
      this.#byKb = new Map();
      for (const { fix, revision } of this.#fixes(this.#advisories.entries)) {
        if (fix.kb === undefined) continue;
        this.#byKb.set(fix.kb, Math.min(revision, this.#byKb.get(fix.kb) ?? revision));
      }
    }
    return this.#byKb.get(kb);
  }

  /** Whether an entry about this release calls the revision a hotpatch. */
  isHotpatchBuild(revision: number): boolean {
    if (!this.#hotpatch) {
      const { coreProduct, fullProduct = coreProduct } = this.#release;
      const entries = this.#advisories.entries.filter(
        ({ affected }) => affected.has(coreProduct) || affected.has(fullProduct),
      );
      this.#hotpatch = new Set();
      for (const { fix, revision: own } of this.#fixes(entries)) if (isHotpatch(fix)) this.#hotpatch.add(own);
    }
    return this.#hotpatch.has(revision);
  }

  *#fixes(entries: readonly AdvisoryEntry[]): Generator<{ fix: VendorFix; revision: number }> {
    for (const entry of entries) {
      for (const fix of entry.fixes) {
        const revision = usableRevision(fix.fixedBuild, this.#release);
        if (revision !== undefined) yield { fix, revision };
      }
    }
  }
}

/** R3: another branch's build, or a client's revision, is an error in the data. */
function usableRevision(fixedBuild: string | undefined, release: WindowsRelease): number | undefined {
  const version = fixedBuild === undefined ? undefined : parseWindowsVersion(fixedBuild);
  const usable = version?.build === release.build && isOnOwnLine(release, version.revision);
  return usable ? version.revision : undefined;
}

function fixesFor(entry: AdvisoryEntry, product: string): VendorFix[] {
  return entry.fixes.filter((fix) => fix.products === undefined || fix.products.has(product));
}

/** Four spellings are known; images are never hotpatched. */
function isHotpatch(fix: VendorFix): boolean {
  return /hotpatch/i.test(fix.subType ?? '');
}

function undecided(
  entry: AdvisoryEntry,
  rule: FixRule,
  kbs: readonly string[],
  hotpatchOnly: boolean,
): FixDecision {
  return { entry, rule, revision: undefined, kbs, conflict: undefined, hotpatchOnly };
}

function kbsOf(fixes: readonly VendorFix[]): string[] {
  return unique(fixes.flatMap((fix) => fix.kb ?? []));
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function ascending(values: readonly number[]): number[] {
  return unique(values).sort((a, b) => a - b);
}
