// The parts of a CVRF 1.1 document as MSRC publishes it (API v3.0) that this project uses.

export interface CvrfDocument {
  readonly id: string;
  readonly title: string;
  /** ISO 8601 without zone, as published. */
  readonly initialRelease: string;
  readonly currentRelease: string;
  readonly products: ReadonlyMap<string, string>;
  /** Number of vulnerabilities in the document, dropped ones included. */
  readonly served: number;
  readonly vulnerabilities: readonly CvrfVulnerability[];
}

export interface CvrfVulnerability {
  readonly cve: string;
  readonly title: string;
  readonly tag: string | undefined;
  /** Product IDs of every `Status`; MSRC publishes `Known Affected` only. */
  readonly knownAffected: readonly string[];
  /** Those of type Impact are left out. */
  readonly threats: readonly CvrfThreat[];
  readonly scores: readonly CvrfScore[];
  readonly remediations: readonly CvrfRemediation[];
  /** Dates of the revision history, ISO 8601 without zone. */
  readonly revisionDates: readonly string[];
}

export interface CvrfThreat {
  readonly type: string;
  readonly description: string;
  readonly products: readonly string[];
}

export interface CvrfScore {
  readonly baseScore: string;
  readonly vector: string;
  readonly products: readonly string[];
}

export interface CvrfRemediation {
  readonly type: string;
  readonly description: string;
  readonly subType: string;
  readonly fixedBuild: string;
  /** Empty: every product of the vulnerability. */
  readonly products: readonly string[];
}
