// The report of one scan: what `-o json` prints, described for others by schemas/report-1.schema.json.
import type { Advice } from './advice.ts';
import type { Finding } from './finding.ts';
import type { Evidence, InventoryWarning, Notice, PackageKind, Servicing, SystemBasis } from './inventory.ts';

/** Raised when a field changes its meaning or goes; new fields do not raise it. */
export const REPORT_SCHEMA_VERSION = 1;

export interface Report {
  readonly schemaVersion: number;
  readonly tool: { readonly name: 'clearstory'; readonly version: string };
  /** When the report was made, ISO 8601. */
  readonly created: string;
  readonly advice: Advice;
  readonly image: ReportImage;
  /** Null: the image holds no Windows. */
  readonly os: ReportOperatingSystem | null;
  /** Null: none installed. */
  readonly dotNetFramework: ReportDotNetFramework | null;
  readonly packages: readonly ReportPackage[];
  readonly findings: readonly Finding[];
  /** Findings that a policy sets aside: not among `findings`, and not forgotten. */
  readonly suppressed: readonly SuppressedFinding[];
  /** How many findings were not to be shown, and by what. */
  readonly hidden: readonly HiddenFindings[];
  /** IDs that Microsoft lists for this Windows and that its revision has the fix for, ascending. */
  readonly fixed: readonly string[];
  /** What a reader must know beside the findings. */
  readonly notices: readonly Notice[];
  /** Files of the image that could not be read. */
  readonly warnings: readonly InventoryWarning[];
  /** A notice says that the result may be wrong, and why. */
  readonly uncertain: boolean;
  readonly advisories: ReportAdvisories;
}

export interface ReportImage {
  readonly target: string;
  /** Null for folders, which have none. */
  readonly digest: string | null;
  readonly os: string;
  readonly architecture: string;
  /** `os.version` of the image config; what the registry says stands under `os`. */
  readonly osVersion: string | null;
  /** Bottom first. */
  readonly layers: readonly ReportLayer[];
}

export interface ReportLayer {
  readonly digest: string;
  readonly diffId: string;
  readonly mediaType: string;
  /** As stored, in bytes. */
  readonly size: number;
  readonly createdBy: string | null;
  /** False: the report rests on something else for what is in it. */
  readonly read: boolean;
}

export interface ReportOperatingSystem {
  readonly family: 'windows';
  readonly name: string;
  readonly installationType: string | null;
  readonly edition: string | null;
  readonly displayVersion: string | null;
  readonly build: number;
  readonly revision: number;
  /** `10.0.BUILD.REVISION`. */
  readonly version: string;
  readonly architecture: string | null;
  /** `yyyy-mm-dd`; null for a build we do not know. */
  readonly endOfSupport: string | null;
  /** Whether Microsoft still publishes updates; null for a build we do not know. */
  readonly supported: boolean | null;
  readonly servicing: Servicing;
  readonly basis: SystemBasis;
  readonly evidence: readonly Evidence[];
}

export interface ReportDotNetFramework {
  /** Null: only 3.5 is installed. */
  readonly version: string | null;
  readonly release: number | null;
  readonly has35: boolean;
  /** Third number of the rollup; null when neither packages nor files tell. */
  readonly revision: number | null;
  readonly revisionFrom: 'package' | 'files' | null;
}

export interface ReportPackage {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly kind: PackageKind;
  readonly purl: string | null;
  /** Digest of the layer that brought it. */
  readonly introducedIn: string | null;
  /** Id of the package that services this one, or null. */
  readonly ownedBy: string | null;
  readonly evidence: readonly Evidence[];
}

export interface ReportAdvisories {
  readonly version: string;
  /** ID of the newest document. */
  readonly newest: string | null;
  readonly documents: number;
  /** ISO 8601. */
  readonly fetchedAt: string;
  /** When OSV was read for the libraries, ISO 8601; null: there are none, or it was not fetched. */
  readonly librariesFetchedAt: string | null;
  /** When CISA's catalogue of known exploited vulnerabilities was read, ISO 8601; null: it was not fetched. */
  readonly kevFetchedAt: string | null;
  /** The same of EPSS. */
  readonly epssFetchedAt: string | null;
}

export interface SuppressedFinding {
  readonly finding: Finding;
  /** What set it aside: the file and the rule or statement in it. */
  readonly by: string;
  readonly reason: string | null;
  /** Last day on which the rule holds, `yyyy-mm-dd`; null: no end was given. */
  readonly until: string | null;
  /** What a VEX statement says of it; left out for rules, which accept a risk and do not deny it. */
  readonly verdict?: 'not-affected' | 'fixed';
}

export interface HiddenFindings {
  /** The option: `--severity critical,high`. */
  readonly by: string;
  readonly count: number;
}
