// What differs between the findings of two images, or of one image at two times. Pure.
import type { Report } from '../../model/report.ts';
import { whyNotJudged } from '../is-judged.ts';
import { type BlindSpot, blindSpots } from './blind-spots.ts';
import type { DifferenceSide, DifferingFinding, PackageChange, ReportDifference } from './difference.ts';
import { differenceWarnings } from './difference-warnings.ts';
import { packageName, pairFindings } from './pair-findings.ts';

/** Fixed and new is only what a report is known not to have; what it may merely not show is counted apart. */
export function compareReports(before: Report, after: Report): ReportDifference {
  const spotsBefore = blindSpots(before, after, 'before');
  const spotsAfter = blindSpots(after, before, 'after');
  const isJudged = whyNotJudged(before) === undefined && whyNotJudged(after) === undefined;
  const fixed: DifferingFinding[] = [];
  const added: DifferingFinding[] = [];
  const noLongerListed: DifferingFinding[] = [];
  const newlyListed: DifferingFinding[] = [];
  const suppressed: DifferingFinding[] = [];
  const noLongerSuppressed: DifferingFinding[] = [];
  let unchanged = 0;
  for (const { before: old, after: current } of pairFindings(before, after)) {
    if (old && current) {
      if ((old.suppressedBy === null) === (current.suppressedBy === null)) unchanged++;
      else if (current.suppressedBy !== null) suppressed.push(current);
      else noLongerSuppressed.push({ ...current, suppressedBy: old.suppressedBy });
    } else if (old) {
      const isKnown = isJudged && lacks(after, spotsAfter, old);
      (isKnown ? fixed : noLongerListed).push(old);
    } else if (current) {
      const isKnown = isJudged && lacks(before, spotsBefore, current);
      (isKnown ? added : newlyListed).push(current);
    }
  }
  return {
    before: sideOf(before),
    after: sideOf(after),
    warnings: differenceWarnings(
      { report: before, spots: spotsBefore },
      { report: after, spots: spotsAfter },
    ),
    fixed,
    added,
    unchanged,
    noLongerListed,
    newlyListed,
    suppressed,
    noLongerSuppressed,
    packages: packageChanges(before, after),
  };
}

/** Whether an image is known not to have what its report does not list. */
function lacks({ fixed }: Report, spots: readonly BlindSpot[], each: DifferingFinding): boolean {
  // The report says so itself, whatever else it hides.
  if (each.package === 'Windows' && fixed.includes(each.finding.id)) return true;
  return !spots.some((spot) => spot.mayHide(each));
}

function sideOf(report: Report): DifferenceSide {
  const { image, os, findings, suppressed, hidden, advisories } = report;
  return {
    target: image.target,
    digest: image.digest,
    system: os && `${os.name} ${os.version}`,
    judged: whyNotJudged(report) === undefined,
    findings: findings.length,
    suppressed: suppressed.length,
    hidden,
    advisories: advisories.version,
  };
}

function packageChanges(before: Report, after: Report): PackageChange[] {
  const old = versions(before);
  const current = versions(after);
  return [...new Set([...old.keys(), ...current.keys()])]
    .map((name) => ({ name, before: old.get(name) ?? [], after: current.get(name) ?? [] }))
    .filter((change) => change.before.join() !== change.after.join());
}

function versions({ packages }: Report): Map<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const each of packages) {
    if (each.kind === 'update' || each.kind === 'component') continue;
    const key = packageName(each);
    found.set(key, [...new Set([...(found.get(key) ?? []), each.version])].sort());
  }
  return found;
}
