// Findings of products that are fixed by a version of their line: .NET, PowerShell, SQL Server, drivers. Rules V1 to V3.
import type { Advisories, AdvisoryEntry, VendorFix } from '../../model/advisories.ts';
import { compareNumbers } from '../../model/compare-numbers.ts';
import type { Finding } from '../../model/finding.ts';
import type { InventoryPackage, ProductFamily } from '../../model/inventory.ts';
import { entryFinding, unfixedStatus, type Verdict } from '../entry-finding.ts';
import { boundsOfMonth, type MonthlyFix } from '../monthly-fixes.ts';
import { fixVersion } from './fix-version.ts';
import { productsOf } from './product-index.ts';

/** What one entry means for a line. */
interface LineDecision {
  readonly entry: AdvisoryEntry;
  readonly product: string;
  readonly fixes: readonly VendorFix[];
  /** Fixed from this version on (V1). */
  readonly version: string | undefined;
}

export function matchProduct(
  subject: InventoryPackage,
  family: ProductFamily,
  line: string,
  advisories: Advisories,
): Finding[] {
  const decisions = decisionsFor(advisories, family, line);
  const months: MonthlyFix<string>[] = decisions.flatMap(({ entry, version }) =>
    version === undefined ? [] : [{ document: entry.document, fix: version }],
  );
  const verdicts = new Map<string, Verdict>();
  for (const decision of decisions) {
    const verdict = judge(decision, subject.version, months);
    const known = verdicts.get(decision.entry.id);
    if (verdict && (!known || isStricter(verdict, known))) verdicts.set(decision.entry.id, verdict);
  }
  return [...verdicts.values()].map((verdict) => entryFinding(verdict, subject, advisories));
}

function judge(
  { entry, product, fixes, version }: LineDecision,
  installed: string,
  months: readonly MonthlyFix<string>[],
): Verdict | undefined {
  const kbs = [...new Set(fixes.flatMap((fix) => fix.kb ?? []))];
  const common = { entry, product, kbs, note: undefined, uncertain: false };
  if (fixes.length === 0) return { ...common, status: unfixedStatus(entry), rule: 'V3', fixedIn: undefined };
  if (version !== undefined) {
    return isBelow(installed, version)
      ? { ...common, status: 'affected', rule: 'V1', fixedIn: version }
      : undefined;
  }
  const { fixedFrom, stillBroken } = boundsOfMonth(months, entry.document, compareNumbers);
  if (fixedFrom !== undefined && !isBelow(installed, fixedFrom)) return undefined;
  const uncertain = stillBroken === undefined || !isBelow(installed, stillBroken);
  return {
    ...common,
    status: 'affected',
    rule: 'V2',
    fixedIn: fixedFrom,
    note: uncertain
      ? 'the entry names no fixing version, and those of other months do not decide (V2)'
      : undefined,
    uncertain,
  };
}

/** Releases before a version (`8.0.0-rc.1`) are below it. */
function isBelow(installed: string, version: string): boolean {
  const [release = '', prerelease] = installed.split(/-(.*)/s);
  const order = compareNumbers(release, version);
  return order < 0 || (order === 0 && prerelease !== undefined);
}

/** An ID listed twice counts with the highest version; no version at all is higher than any. */
function isStricter(a: Verdict, b: Verdict): boolean {
  if (a.fixedIn === undefined || b.fixedIn === undefined)
    return a.fixedIn === undefined && b.fixedIn !== undefined;
  return compareNumbers(a.fixedIn, b.fixedIn) > 0;
}

/** Decisions depend on the line alone, not on the image. */
const decided = new WeakMap<Advisories, Map<string, readonly LineDecision[]>>();

function decisionsFor(advisories: Advisories, family: ProductFamily, line: string): readonly LineDecision[] {
  const byLine = decided.get(advisories) ?? new Map<string, readonly LineDecision[]>();
  decided.set(advisories, byLine);
  const key = `${family} ${line}`;
  const known = byLine.get(key) ?? decide(advisories, family, line);
  byLine.set(key, known);
  return known;
}

function decide(advisories: Advisories, family: ProductFamily, line: string): LineDecision[] {
  const products = productsOf(advisories).lines(family);
  return advisories.entries.flatMap((entry) =>
    products
      .filter(({ id }) => entry.affected.has(id))
      .flatMap(({ id, line: stated }) => {
        const fixes = entry.fixes.filter((fix) => fix.products === undefined || fix.products.has(id));
        const versions = fixes.flatMap((fix) => fixVersion(family, line, fix.fixedBuild) ?? []);
        // SQL Server 2016 SP2 was once named with a build of SP3: the number is more to be trusted than the name.
        const isNamedByNumber = family === 'sql-server' && versions.length > 0;
        if (stated !== line && !isNamedByNumber) return [];
        return [{ entry, product: id, fixes, version: versions.sort(compareNumbers)[0] }];
      }),
  );
}
