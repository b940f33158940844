// What Microsoft says, normalised: the immutable value that images are matched against.

/** Immutable, versioned, held in memory whole. Built by `advisories/`, read by `matching/`. */
export interface Advisories {
  /** Changes exactly when the content does: the first 12 hex digits of a sha256 over it. */
  readonly version: string;
  /** When the feed was last read successfully, ISO 8601. Not part of `version`. */
  readonly fetchedAt: string;
  readonly documents: readonly AdvisoryDocument[];
  /** MSRC product ID → name with single spaces, as the newest document spells it. */
  readonly products: ReadonlyMap<string, string>;
  readonly entries: readonly AdvisoryEntry[];
}

/** One monthly document of MSRC. */
export interface AdvisoryDocument {
  /** `2026-Jun`. */
  readonly id: string;
  /** CurrentReleaseDate: when Microsoft last changed it, ISO 8601. */
  readonly released: string;
}

/** One vulnerability (`CVE-…`) or guidance (`ADV…`) as one document states it. */
export interface AdvisoryEntry {
  readonly id: string;
  readonly title: string;
  /** Index into `Advisories.documents`. */
  readonly document: number;
  /** MSRC's component tag, such as `Windows SMB`. */
  readonly component: string | undefined;
  /** First publication, `yyyy-mm-dd`. */
  readonly published: string | undefined;
  readonly exploited: boolean;
  readonly publiclyDisclosed: boolean;
  /** Product IDs listed as Known Affected, without those of Linux distributions. */
  readonly affected: ProductSet;
  readonly fixes: readonly VendorFix[];
  /** Microsoft's word per group of products. */
  readonly severities: readonly PerProducts<string>[];
  readonly scores: readonly PerProducts<CvssScore>[];
}

/** Shared between entries that name the same products, so it is looked up but never changed. */
export type ProductSet = ReadonlySet<string>;

export interface PerProducts<T> {
  readonly value: T;
  readonly products: ProductSet;
}

export interface CvssScore {
  /** Base score, 0.0 to 10.0. */
  readonly score: number;
  readonly vector: string;
}

/** A remediation of type Vendor Fix; the other types are not fixes, whatever digits they carry. */
export interface VendorFix {
  /** Digits only, without the letters KB. */
  readonly kb: string | undefined;
  /** As published: `10.0.20348.3807`, `8.0.27`, `4.8.04690.02`, and worse. */
  readonly fixedBuild: string | undefined;
  readonly subType: string | undefined;
  /** `undefined`: every product of the entry. */
  readonly products: ProductSet | undefined;
}
