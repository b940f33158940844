// Findings of .NET Framework: rules N1 to N5.
import type { Advisories } from '../../model/advisories.ts';
import type { Finding } from '../../model/finding.ts';
import type { DotNetFramework, InventoryPackage, OperatingSystem } from '../../model/inventory.ts';
import { formatWindowsVersion } from '../../model/windows-version.ts';
import { DOTNET_FRAMEWORK_35_ID, DOTNET_FRAMEWORK_ID } from '../../windows/dotnet-framework.ts';
import { frameworkLine } from '../../windows/framework-lines.ts';
import { msrcProduct, type WindowsRelease } from '../../windows/releases.ts';
import { entryFinding, unfixedStatus, type Verdict } from '../entry-finding.ts';
import { boundsOfMonth, type MonthlyFix } from '../monthly-fixes.ts';
import { type FrameworkFix, isFour } from './framework-fixes.ts';
import { type FrameworkListing, frameworkListings } from './framework-listings.ts';

export function matchFramework(
  framework: DotNetFramework,
  os: OperatingSystem,
  packages: readonly InventoryPackage[],
  release: WindowsRelease,
  advisories: Advisories,
): Finding[] {
  const own = packages.find(({ id }) => id === DOTNET_FRAMEWORK_ID);
  const own35 = packages.find(({ id }) => id === DOTNET_FRAMEWORK_35_ID) ?? own;
  const platform = msrcProduct(release, os.installationType);
  const { months, listings } = frameworkListings(
    advisories,
    frameworkLine(framework.version),
    os.build,
    platform,
  );
  const judge = new FrameworkJudge(framework, os, months);
  const found = new Map<string, Finding>();
  for (const listing of listings) {
    const subject = listing.versions.some(isFour) ? (own ?? own35) : own35;
    const fixes = fixesThatApply(listing, framework);
    const verdict = subject && fixes && judge.judge(listing, fixes);
    const key = `${subject?.id} ${listing.entry.id}`;
    if (subject && verdict && !found.has(key)) found.set(key, entryFinding(verdict, subject, advisories));
  }
  return [...found.values()];
}

/**
 * Rule N1: a product with 4.x in its name is about the 4.x that is installed, also where it names 3.5 beside it.
 * Server 2016 lists the 4.6.2 it was born with under that number at first and under 4.7.2 alone later: what an
 * update of Windows fixes there holds for all of that line. `undefined`: the listing is about something else.
 */
function fixesThatApply(
  { versions, fixes }: FrameworkListing,
  { version, has35 }: DotNetFramework,
): readonly FrameworkFix[] | undefined {
  const fours = versions.filter(isFour);
  if (fours.length === 0 || version === undefined) {
    return has35 && versions.includes('3.5') ? fixes : undefined;
  }
  if (fours.includes(version)) return fixes;
  if (frameworkLine(version) !== '4.7.2' || !fours.includes('4.7.2')) return undefined;
  const byWindows = fixes.filter((fix) => fix.by === 'windows');
  return byWindows.length > 0 ? byWindows : undefined;
}

class FrameworkJudge {
  readonly #framework: DotNetFramework;
  readonly #os: OperatingSystem;
  readonly #months: readonly MonthlyFix<number>[];

  constructor(framework: DotNetFramework, os: OperatingSystem, months: readonly MonthlyFix<number>[]) {
    this.#framework = framework;
    this.#os = os;
    this.#months = months;
  }

  /** `undefined`: fixed. */
  judge(
    { entry, product, kbs, isFixed }: FrameworkListing,
    fixes: readonly FrameworkFix[],
  ): Verdict | undefined {
    const common = { entry, product, kbs, note: undefined, uncertain: false };
    if (!isFixed) {
      return { ...common, status: unfixedStatus(entry), rule: 'R8', fixedIn: undefined };
    }
    if (fixes.some((fix) => this.#isMet(fix))) return undefined;
    const [decisive] = fixes.filter((fix) => fix.by !== 'kb').sort((a, b) => a.revision - b.revision);
    if (!decisive) return this.#judgeByMonth(common);
    const isUnknown = decisive.by === 'rollup' && this.#framework.revision === undefined;
    return {
      ...common,
      status: 'affected',
      rule: decisive.by === 'rollup' ? 'N2' : 'N3',
      fixedIn: this.#fixedIn(decisive),
      note: isUnknown ? 'the update level of .NET Framework in the image is not known' : undefined,
      uncertain: isUnknown,
    };
  }

  #isMet(fix: FrameworkFix): boolean {
    switch (fix.by) {
      case 'rollup':
        return (this.#framework.revision ?? -1) >= fix.revision;
      case 'windows':
        return this.#os.revision >= fix.revision;
      case 'kb': {
        const kb = `KB${fix.kb}`;
        return this.#os.servicing.updates.some(
          (update) => update.state === 'installed' && (update.kb === kb || update.parents.includes(kb)),
        );
      }
    }
  }

  /** Rule N4: nothing but a KB; rollups are cumulative, so other months may tell. */
  #judgeByMonth(common: Omit<Verdict, 'status' | 'rule' | 'fixedIn'>): Verdict | undefined {
    const { revision } = this.#framework;
    const { fixedFrom, stillBroken } = boundsOfMonth(this.#months, common.entry.document, (a, b) => a - b);
    if (revision !== undefined && fixedFrom !== undefined && revision >= fixedFrom) return undefined;
    const certain = revision !== undefined && stillBroken !== undefined && revision < stillBroken;
    return {
      ...common,
      status: 'affected',
      rule: 'N4',
      fixedIn: fixedFrom === undefined ? undefined : this.#fixedIn({ by: 'rollup', revision: fixedFrom }),
      note: certain
        ? undefined
        : 'the entry names only a KB, and the rollups of other months do not decide (N4)',
      uncertain: !certain,
    };
  }

  #fixedIn(fix: { readonly by: 'rollup' | 'windows'; readonly revision: number }): string {
    return fix.by === 'windows'
      ? formatWindowsVersion({ build: this.#os.build, revision: fix.revision })
      : `${this.#framework.version ?? '4.x'}.${fix.revision}`;
  }
}
