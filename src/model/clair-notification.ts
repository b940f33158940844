// The documents that tell of changes: a page of notifications, as the Clair v4 API writes it.
import type { ClairDistribution, ClairPackage, ClairRepository, ClairVulnerability } from './clair.ts';
import type { Severity } from './severity.ts';

/** One entry of a page, which is `{page: {size, next?}, notifications: […]}`. */
export interface ClairNotification {
  /** uuid */
  readonly id: string;
  readonly manifest: string;
  readonly reason: 'added' | 'removed';
  readonly vulnerability: ClairVulnerabilitySummary;
}

export interface ClairVulnerabilitySummary {
  readonly name: string;
  readonly description: string;
  readonly package: ClairPackage;
  readonly distribution: ClairDistribution;
  readonly repo: ClairRepository;
  /** Clair writes the normalised word here and nothing in `normalized_severity`, which is all that Quay reads. */
  readonly severity: Severity;
  readonly normalized_severity: Severity;
  readonly fixed_in_version: string;
  readonly links: string;
}

/** What a notification says of a vulnerability. */
export function summaryOf(vulnerability: ClairVulnerability): ClairVulnerabilitySummary {
  return {
    name: vulnerability.name,
    description: vulnerability.description,
    package: vulnerability.package,
    distribution: vulnerability.distribution,
    repo: vulnerability.repository,
    severity: vulnerability.normalized_severity,
    normalized_severity: vulnerability.normalized_severity,
    fixed_in_version: vulnerability.fixed_in_version,
    links: vulnerability.links,
  };
}
