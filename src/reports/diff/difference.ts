// What differs between two reports: what `clearstory diff -o json` prints, see schemas/diff-1.schema.json.
import type { Finding } from '../../model/finding.ts';
import type { HiddenFindings } from '../../model/report.ts';

/** Raised when a field changes its meaning or goes; new fields do not raise it. */
export const DIFFERENCE_SCHEMA_VERSION = 1;

export type SideName = 'before' | 'after';

/** Findings are compared whether a policy sets them aside or not: images differ in what they have. */
export interface ReportDifference {
  readonly before: DifferenceSide;
  readonly after: DifferenceSide;
  /** Why the difference may be wrong, the gravest first. */
  readonly warnings: readonly DifferenceWarning[];
  /** What the image before has, and the one after is known not to have. */
  readonly fixed: readonly DifferingFinding[];
  /** What the image after has, and the one before is known not to have. */
  readonly added: readonly DifferingFinding[];
  readonly unchanged: number;
  /** Not in the report after, which may be silent although the image has it: a warning says why. */
  readonly noLongerListed: readonly DifferingFinding[];
  /** Not in the report before, which may be silent although the image had it. */
  readonly newlyListed: readonly DifferingFinding[];
  /** In both images, and set aside by a policy in the report after alone. */
  readonly suppressed: readonly DifferingFinding[];
  /** In both images, and set aside in the report before alone. */
  readonly noLongerSuppressed: readonly DifferingFinding[];
  /** Packages whose version differs, and those that came or went. */
  readonly packages: readonly PackageChange[];
}

export interface DifferenceSide {
  readonly target: string;
  readonly digest: string | null;
  /** `Windows Server 2022 10.0.20348.2322`; null: none. */
  readonly system: string | null;
  /** False: there is no Windows in it, or none that is known. */
  readonly judged: boolean;
  readonly findings: number;
  /** How many findings a policy sets aside. */
  readonly suppressed: number;
  /** As in the report. */
  readonly hidden: readonly HiddenFindings[];
  readonly advisories: string;
}

export interface DifferenceWarning {
  readonly code: string;
  /** Which report it is about. */
  readonly side: SideName | 'both';
  readonly message: string;
}

export interface DifferingFinding {
  readonly finding: Finding;
  readonly package: string;
  /** From 1, of the image that has the finding, the later one where both do; null when nobody can tell. */
  readonly layer: number | null;
  /** What sets it aside, or did; null: nothing. */
  readonly suppressedBy: string | null;
}

export interface PackageChange {
  readonly name: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}
