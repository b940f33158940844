// What differs between the findings of two images, or of one image at two times. Pure.
import type { Finding } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';

export interface ReportDifference {
  readonly before: DifferenceSide;
  readonly after: DifferenceSide;
  readonly fixed: readonly DifferingFinding[];
  readonly added: readonly DifferingFinding[];
  readonly unchanged: number;
  /** Packages whose version differs, and those that came or went. */
  readonly packages: readonly PackageChange[];
}

export interface DifferenceSide {
  readonly target: string;
  readonly digest: string | null;
  /** `Windows Server 2022 10.0.20348.2322`; null: none. */
  readonly system: string | null;
  readonly findings: number;
  readonly advisories: string;
}

export interface DifferingFinding {
  readonly finding: Finding;
  readonly package: string;
  /** From 1, of the image that has the finding; null when nobody can tell. */
  readonly layer: number | null;
}

export interface PackageChange {
  readonly name: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** A vulnerability of a package is the same whatever the versions: it is fixed when the package no longer has it. */
export function compareReports(before: Report, after: Report): ReportDifference {
  const old = located(before);
  const current = located(after);
  return {
    before: sideOf(before),
    after: sideOf(after),
    fixed: [...old].filter(([key]) => !current.has(key)).map(([, each]) => each),
    added: [...current].filter(([key]) => !old.has(key)).map(([, each]) => each),
    unchanged: [...current.keys()].filter((key) => old.has(key)).length,
    packages: packageChanges(before, after),
  };
}

function located({ findings, packages, image }: Report): ReadonlyMap<string, DifferingFinding> {
  const byId = new Map(packages.map((each) => [each.id, each]));
  return new Map(
    findings.map((finding) => {
      const each = byId.get(finding.package);
      const name = nameOf(each?.name ?? finding.package, each?.kind);
      const layer = image.layers.findIndex(({ digest }) => digest === each?.introducedIn);
      return [`${name}\n${finding.id}`, { finding, package: name, layer: layer < 0 ? null : layer + 1 }];
    }),
  );
}

/** A move from one Windows to another is one package that changes, not one that goes and one that comes. */
function nameOf(name: string, kind: string | undefined): string {
  return kind === 'os' ? 'Windows' : name;
}

function sideOf({ image, os, findings, advisories }: Report): DifferenceSide {
  return {
    target: image.target,
    digest: image.digest,
    system: os && `${os.name} ${os.version}`,
    findings: findings.length,
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
  for (const { name, version, kind } of packages) {
    if (kind === 'update' || kind === 'component') continue;
    const key = nameOf(name, kind);
    found.set(key, [...new Set([...(found.get(key) ?? []), version])].sort());
  }
  return found;
}
