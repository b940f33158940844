// The documents of the Clair v4 API, as they are written: no null anywhere, and nothing that Quay's client refuses.
import type { Severity } from './severity.ts';

/** What is posted to be indexed. Only what is used of it; other keys are passed over. */
export interface ClairManifest {
  /** Identifies the image; `sha256:` or `sha512:` and hex digits, lower case. */
  readonly hash: string;
  /** Base first; the same layer may stand in it several times. */
  readonly layers: readonly ClairLayer[];
}

export interface ClairLayer {
  /** Of the blob as served. */
  readonly hash: string;
  readonly uri: string;
  /** Sent with the request for `uri`, and nowhere else; may hold a token. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
}

/** Steps of indexing as other programs know them. Quay knows the last two alone. */
export type ClairState =
  | 'CheckManifest'
  | 'FetchLayers'
  | 'ScanLayers'
  | 'Coalesce'
  | 'IndexManifest'
  | 'IndexFinished'
  | 'IndexError';

/** What both reports say of the content of an image; maps are keyed by the `id` of what they hold. */
export interface ClairContent {
  readonly manifest_hash: string;
  readonly packages: Readonly<Record<string, ClairPackage>>;
  readonly distributions: Readonly<Record<string, ClairDistribution>>;
  readonly repository: Readonly<Record<string, ClairRepository>>;
  /** By package id; at least one for each package. */
  readonly environments: Readonly<Record<string, readonly ClairEnvironment[]>>;
}

export interface ClairIndexReport extends ClairContent {
  readonly state: ClairState;
  readonly success: boolean;
  readonly err: string;
}

export interface ClairVulnerabilityReport extends ClairContent {
  readonly vulnerabilities: Readonly<Record<string, ClairVulnerability>>;
  /** Package id → vulnerability ids. */
  readonly package_vulnerabilities: Readonly<Record<string, readonly string[]>>;
  /** The first key must be the CVSS one: Quay reads no other and fails on it. */
  readonly enrichments: Readonly<Record<string, readonly unknown[]>>;
}

export interface ClairPackage {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** Left out in reports: `binary` is the default, and the two schemas of the API disagree on how to spell it. */
  readonly kind?: 'binary';
  readonly normalized_version: string;
  readonly arch?: string;
  /** A CPE 2.3 name, or left out: `''` is none. */
  readonly cpe?: string;
}

/** All nine are required; `''` when unknown. */
export interface ClairDistribution {
  readonly id: string;
  readonly did: string;
  readonly name: string;
  readonly version: string;
  readonly version_code_name: string;
  readonly version_id: string;
  readonly arch: string;
  readonly cpe: string;
  readonly pretty_name: string;
}

export interface ClairRepository {
  readonly id?: string;
  readonly name?: string;
  readonly key?: string;
  readonly uri?: string;
  readonly cpe?: string;
}

export interface ClairEnvironment {
  readonly package_db: string;
  /** Digest of a layer, as posted. */
  readonly introduced_in: string;
  /** Key of `distributions`, or `''`. */
  readonly distribution_id: string;
  readonly repository_ids: readonly string[];
}

export interface ClairVulnerability {
  readonly id: string;
  readonly updater: string;
  readonly name: string;
  readonly description: string;
  /** RFC 3339; `0001-01-01T00:00:00Z` if unknown. */
  readonly issued: string;
  /** Separated by one space, the most useful first. */
  readonly links: string;
  /** Microsoft's or the database's own word. */
  readonly severity: string;
  readonly normalized_severity: Severity;
  readonly package: ClairPackage;
  /** How `package.arch` is meant; Clair's schema wants it beside `package`. */
  readonly arch_op?: 'equals';
  readonly distribution: ClairDistribution;
  readonly repository: ClairRepository;
  /** `10.0.20348.2227 (KB5034129)`; `''` when there is no fix. */
  readonly fixed_in_version: string;
}
