// Works out what ends the findings of an image: a newer base, newer products, or nothing. Pure.
import type {
  Advice,
  AdviceAside,
  AdviceBase,
  AdviceRebuild,
  AdviceStay,
  AdviceUpdate,
  StayReason,
} from '../model/advice.ts';
import type { Advisories } from '../model/advisories.ts';
import { compareNumbers } from '../model/compare-numbers.ts';
import type { Finding } from '../model/finding.ts';
import type { Inventory, InventoryPackage, OperatingSystem } from '../model/inventory.ts';
import { formatWindowsVersion, parseWindowsVersion } from '../model/windows-version.ts';
import { releaseHistory } from '../windows/release-history.ts';
import {
  endOfSupport,
  isOnOwnLine,
  msrcProduct,
  supportedReleases,
  type WindowsRelease,
  windowsRelease,
} from '../windows/releases.ts';
import type { FixDecision } from './fix-decision.ts';
import { fixDecisions } from './match-operating-system.ts';
import { besideWindows } from './of-windows.ts';
import { type UpdateMonths, updateMonths } from './update-months.ts';

const NOTHING_ASIDE: AdviceAside = { suppressed: 0, hidden: [] };

/** `aside` is what was found and is not among the findings. */
export function adviceFor(
  { os, packages }: Inventory,
  findings: readonly Finding[],
  advisories: Advisories,
  now: Date,
  aside: AdviceAside = NOTHING_ASIDE,
): Advice {
  const release = os && windowsRelease(os.build);
  const decisions =
    os && release ? fixDecisions(advisories, release, msrcProduct(release, os.installationType)) : [];
  const months = updateMonths(decisions, advisories);
  const ended = os ? findings.filter((finding) => revisionThatEnds(finding, os) !== undefined) : [];
  const endedByBase = new Set(ended);
  const others = findings.filter((finding) => !endedByBase.has(finding));
  const base = os && release ? baseOf(os, release, months, now) : null;
  const isToMove = base !== null && !base.supported;
  // Whoever leaves the release leaves all that comes with it.
  const left = isToMove ? besideWindows(others, packages) : others;
  return {
    base,
    rebuild: os && release && ended.length > 0 ? rebuildOf(os, release, ended, decisions, months) : null,
    updates: updatesOf(left, packages),
    stays: staysOf(others),
    total: findings.length,
    ...((aside.suppressed > 0 || aside.hidden.length > 0) && { aside }),
    ...(isToMove && {
      move: { ends: findings.length - besideWindows(findings, packages).length, stays: staysOf(left) },
    }),
  };
}

/** The revision of the image's own build that ends a finding; also of what is updated with Windows. */
function revisionThatEnds({ fixedIn }: Finding, os: OperatingSystem): number | undefined {
  const version = parseWindowsVersion(fixedIn.version ?? '');
  return version?.build === os.build ? version.revision : undefined;
}

function baseOf(os: OperatingSystem, release: WindowsRelease, months: UpdateMonths, now: Date): AdviceBase {
  const today = now.toISOString().slice(0, 10);
  const end = endOfSupport(release, os.installationType);
  const supported = today <= end;
  const month = months.findLast(({ revision }) => revision <= os.revision)?.month ?? null;
  return {
    name: os.name,
    version: formatWindowsVersion(os),
    month,
    monthsOld: month === null ? null : monthsBetween(month, today),
    setBy: os.introducedIn ?? null,
    endOfSupport: end,
    supported,
    successors: supported
      ? []
      : supportedReleases(today, os.installationType)
          .filter(({ build }) => build > os.build)
          .map((each) => ({ name: each.name, endOfSupport: endOfSupport(each, os.installationType) })),
  };
}

function rebuildOf(
  os: OperatingSystem,
  release: WindowsRelease,
  ended: readonly Finding[],
  decisions: readonly FixDecision[],
  months: UpdateMonths,
): AdviceRebuild {
  const { build } = os;
  const revision = Math.max(...ended.map((finding) => revisionThatEnds(finding, os)!));
  const known = releaseHistory(build)
    .filter((update) => !update.hotpatch && isOnOwnLine(release, update.revision))
    .map((update) => update.revision);
  const fixing = decisions.flatMap((decision) => (decision.hotpatchOnly ? [] : (decision.revision ?? [])));
  return {
    version: formatWindowsVersion({ build, revision }),
    kb: kbOf(build, revision, ended, os),
    month: months.find((each) => each.revision === revision)?.month ?? null,
    newest: formatWindowsVersion({ build, revision: Math.max(revision, ...known, ...fixing) }),
    ends: ended.length,
  };
}

function kbOf(
  build: number,
  revision: number,
  ended: readonly Finding[],
  os: OperatingSystem,
): string | null {
  const historic = releaseHistory(build).find((update) => update.revision === revision && update.kb !== '');
  if (historic) return `KB${historic.kb}`;
  const stated = ended.find((finding) => revisionThatEnds(finding, os) === revision);
  return stated?.fixedIn.kb[0] ?? null;
}

function updatesOf(findings: readonly Finding[], packages: readonly InventoryPackage[]): AdviceUpdate[] {
  return packages
    .flatMap((each) => {
      const versions = findings.flatMap((finding) =>
        finding.package === each.id && finding.status === 'affected' ? (finding.fixedIn.version ?? []) : [],
      );
      const version = versions.toSorted(compareNumbers).at(-1);
      if (version === undefined) return [];
      const { id, name, version: installed } = each;
      return [{ package: id, name, installed, version, ends: versions.length }];
    })
    .sort((a, b) => b.ends - a.ends);
}

function staysOf(findings: readonly Finding[]): AdviceStay[] {
  const counts = new Map<StayReason, number>();
  for (const { status, fixedIn } of findings) {
    const reason = stayReason(status, fixedIn.version);
    if (reason) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].map(([reason, count]) => ({ reason, count }));
}

function stayReason(status: Finding['status'], fixedIn: string | null): StayReason | undefined {
  if (status === 'inferred') return 'unsupported';
  if (status === 'advisory') return 'guidance';
  if (status === 'no-fix') return 'no-fix';
  return fixedIn === null ? 'unknown-fix' : undefined;
}

/** `yyyy-mm` to `yyyy-mm-dd`: security updates come in the second week. */
function monthsBetween(month: string, today: string): number {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const [thisYear = 0, thisMonth = 0, day = 0] = today.split('-').map(Number);
  const months = (thisYear - year) * 12 + (thisMonth - number) - (day < 14 ? 1 : 0);
  return Math.max(months, 0);
}
