// What a new version of the advisories changes for one subject.
import type { Finding } from '../../model/finding.ts';
import { compareSeverity, type Severity } from '../../model/severity.ts';

export interface FindingChange {
  readonly added: boolean;
  /** As it is now, or was when it is gone. */
  readonly finding: Finding;
  /** As readers see it. */
  readonly severity: Severity;
}

/** The severity that reports show of a finding, which is the score's when nobody gave a word. */
export type ShownSeverity = (finding: Finding) => Severity;

/**
 * Those added first, then by severity and name. The API knows two reasons only, so a finding counts as added again when
 * there is a new cause to act: its severity rose (a reader with a threshold has not seen it yet), a first fix was
 * published, or attacks became known. Other edits of a finding are no news.
 */
export function compareFindings(
  before: readonly Finding[],
  now: readonly Finding[],
  shownSeverity: ShownSeverity,
): FindingChange[] {
  const earlier = byIdentity(before);
  const later = byIdentity(now);
  const changes: FindingChange[] = [];
  const note = (added: boolean, finding: Finding): void => {
    changes.push({ added, finding, severity: shownSeverity(finding) });
  };
  for (const [identity, finding] of later) {
    const known = earlier.get(identity);
    if (!known || isNews(known, finding, shownSeverity)) note(true, finding);
  }
  for (const [identity, finding] of earlier) {
    if (!later.has(identity)) note(false, finding);
  }
  return changes.sort(
    (a, b) =>
      Number(b.added) - Number(a.added) ||
      compareSeverity(a.severity, b.severity) ||
      (identityOf(a.finding) < identityOf(b.finding) ? -1 : 1),
  );
}

function isNews(before: Finding, now: Finding, shownSeverity: ShownSeverity): boolean {
  return (
    (!before.exploited && now.exploited) ||
    (!hasFix(before) && hasFix(now)) ||
    rose(before, now, shownSeverity)
  );
}

function rose(before: Finding, now: Finding, shownSeverity: ShownSeverity): boolean {
  // Thousands of findings are compared for each subject, and nearly all are as they were.
  if (before.severity === now.severity && before.cvss?.score === now.cvss?.score) return false;
  return compareSeverity(shownSeverity(now), shownSeverity(before)) < 0;
}

function hasFix({ fixedIn }: Finding): boolean {
  return fixedIn.version !== null || fixedIn.kb.length > 0;
}

function byIdentity(findings: readonly Finding[]): Map<string, Finding> {
  return new Map(findings.map((finding) => [identityOf(finding), finding]));
}

function identityOf(finding: Finding): string {
  return `${finding.id} ${finding.package}`;
}
