// Puts a report into rows: which package has what, and which version ends it.
import type { ClairVulnerability, ClairVulnerabilityReport } from '../../model/clair.ts';

export interface FoundVulnerability {
  readonly package: string;
  readonly version: string;
  readonly name: string;
  /** `''`: none is known. */
  readonly fixedIn: string;
  readonly severity: string;
}

/** Of every package that has any, in the order of names. */
export function foundVulnerabilities(report: ClairVulnerabilityReport): readonly FoundVulnerability[] {
  const rows = Object.entries(report.package_vulnerabilities).flatMap(([id, vulnerabilities]) => {
    const { name = '', version = '' } = report.packages[id] ?? {};
    // Two matchers may have found the same.
    return [...new Set(vulnerabilities ?? [])].flatMap((key) => {
      const vulnerability = report.vulnerabilities[key];
      return vulnerability ? [row(name, version, vulnerability)] : [];
    });
  });
  return rows.sort(
    (a, b) => compare(a.package, b.package) || compare(a.version, b.version) || compare(a.name, b.name),
  );
}

function row(name: string, version: string, vulnerability: ClairVulnerability): FoundVulnerability {
  return {
    package: name,
    version,
    name: vulnerability.name,
    fixedIn: fixedIn(vulnerability.fixed_in_version ?? ''),
    severity: vulnerability.normalized_severity,
  };
}

/** Clair's OSV sources write `fixed=1.2.3&introduced=1.0`; some write 0 for "not fixed". */
function fixedIn(text: string): string {
  if (text === '0') return '';
  return /^\w+=/.test(text) ? (new URLSearchParams(text).get('fixed') ?? '') : text;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
