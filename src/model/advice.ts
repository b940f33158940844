// What to do about the findings of an image: mostly one line of its Dockerfile.

export interface Advice {
  /** Null: no Windows in the image, or none that is known. */
  readonly base: AdviceBase | null;
  /** Null: no newer base ends anything. */
  readonly rebuild: AdviceRebuild | null;
  /** Packages beside Windows of which a newer version ends findings; most findings first. */
  readonly updates: readonly AdviceUpdate[];
  /** Findings that neither ends, by reason, as long as the image stays on its release. */
  readonly stays: readonly AdviceStay[];
  /** Of all findings. */
  readonly total: number;
  /** What is not among them although it was found; left out where there is nothing. */
  readonly aside?: AdviceAside;
  /** What a supported release does, where the one of the image is not; left out where it is. */
  readonly move?: AdviceMove;
}

export interface AdviceAside {
  /** By a policy. */
  readonly suppressed: number;
  /** By options, as in the report. */
  readonly hidden: readonly { readonly by: string; readonly count: number }[];
}

export interface AdviceMove {
  /** Findings of Windows and what comes with it: they go with the release. */
  readonly ends: number;
  /** Findings that neither the move nor an update ends, by reason. */
  readonly stays: readonly AdviceStay[];
}

export interface AdviceBase {
  /** `Windows Server 2022`. */
  readonly name: string;
  /** `10.0.20348.2322`. */
  readonly version: string;
  /** Month of the security update that it has, `yyyy-mm`; null when the advisories do not tell. */
  readonly month: string | null;
  /** Full months since that update. */
  readonly monthsOld: number | null;
  /** Digest of the layer that set the revision. */
  readonly setBy: string | null;
  /** Last day with security updates, `yyyy-mm-dd`. */
  readonly endOfSupport: string;
  readonly supported: boolean;
  /** Releases to move to when support has ended, the nearest first. */
  readonly successors: readonly { readonly name: string; readonly endOfSupport: string }[];
}

export interface AdviceRebuild {
  /** The lowest version that ends all findings of Windows that have a fix. */
  readonly version: string;
  /** `KB5094128`. */
  readonly kb: string | null;
  /** `yyyy-mm`. */
  readonly month: string | null;
  /** The highest version known of this Windows, which may be no security update. */
  readonly newest: string;
  readonly ends: number;
}

export interface AdviceUpdate {
  /** Id of the package in the report. */
  readonly package: string;
  readonly name: string;
  readonly installed: string;
  /** The lowest version that ends all of its findings that have a fix. */
  readonly version: string;
  readonly ends: number;
}

/**
 * - `no-fix`: none is published. - `unsupported`: none will be published for this release. - `unknown-fix`: one is
 * published, but its version cannot be told. - `guidance`: an advisory that no update ends.
 */
export type StayReason = 'no-fix' | 'unsupported' | 'unknown-fix' | 'guidance';

export interface AdviceStay {
  readonly reason: StayReason;
  readonly count: number;
}
