// A finding: one vulnerability that one package of the image has, and why we say so.
import type { Evidence } from './inventory.ts';
import type { Severity } from './severity.ts';
import type { ExploitPrediction, KnownExploited } from './threats.ts';
import type { Where } from './where.ts';

export interface Finding {
  /** `CVE-…` or `ADV…`; of a library also `GHSA-…` and the like, where there is no CVE. */
  readonly id: string;
  /** Other names of the same vulnerability, such as the `GHSA-…` of a CVE; left out where there are none. */
  readonly aliases?: readonly string[];
  readonly title: string;
  /** MSRC's component tag, such as `Windows SMB`; null where there is none. */
  readonly component: string | null;
  /** Id of the package in the inventory. */
  readonly package: string;
  /** Version of the package that is installed. */
  readonly installed: string;
  readonly fixedIn: Fix;
  readonly status: FindingStatus;
  readonly severity: Severity;
  readonly cvss: { readonly score: number; readonly vector: string } | null;
  /** Microsoft knows of attacks. */
  readonly exploited: boolean;
  readonly publiclyDisclosed: boolean;
  /** CISA knows of attacks; null: it does not, or its catalogue was not fetched. */
  readonly kev: KnownExploited | null;
  /** How likely attacks are; null: not known, or EPSS was not fetched. */
  readonly epss: ExploitPrediction | null;
  /** `yyyy-mm-dd`, or null where the document does not say. */
  readonly published: string | null;
  /** Name of the rule that decided, see docs/matching.md. */
  readonly rule: string;
  /** What the rule had to overcome, such as documents that contradict themselves. */
  readonly note: string | null;
  /** The data do not decide whether the fix is installed; `note` says why. */
  readonly uncertain: boolean;
  /** ID of the MSRC document, or `OSV`. */
  readonly source: string;
  readonly links: readonly string[];
  readonly evidence: readonly Evidence[];
  /** Of findings of Windows itself; null for all others. */
  readonly where: Where | null;
}

export interface Fix {
  /** First version with the fix; null when none is published, or none can be told. */
  readonly version: string | null;
  /** `KB5060526`. */
  readonly kb: readonly string[];
}

/**
 * `affected`: a fix is published and the image does not have it. `no-fix`: affected, and no fix is published.
 * `advisory`: guidance that no update ends. `inferred`: Microsoft is silent, see docs/matching.md.
 */
export type FindingStatus = 'affected' | 'no-fix' | 'advisory' | 'inferred';
