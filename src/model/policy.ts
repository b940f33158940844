// What a site has decided about findings: which are set aside and why.

/** A finding is set aside when everything that the rule names fits. At least one condition is named. */
export interface IgnoreRule {
  /** `CVE-2025-0001`, in any case. */
  readonly id?: string;
  /** Name of a package; `*` stands for any characters. */
  readonly package?: string;
  /** Glob over the paths of the evidence, as layers spell them: `Files/app/**`. */
  readonly path?: string;
  /** MSRC's component tag. */
  readonly component?: string;
  readonly where?: string;
  readonly reason?: string;
  /** Last day on which the rule holds, `yyyy-mm-dd`. */
  readonly until?: string;
  /** File and line, for the report. */
  readonly source: string;
}

/** What a VEX statement says: nothing to do, nothing left to do, or neither. */
export type VexVerdict = 'not-affected' | 'fixed' | 'open';

export interface VexProduct {
  /** Package URLs, image names or digests, each of which names it. */
  readonly names: readonly string[];
  /** Package URLs of the parts that the statement is about; empty: the whole product. */
  readonly parts: readonly string[];
}

/** A statement of a VEX document. */
export interface VexStatement {
  readonly id: string;
  readonly verdict: VexVerdict;
  /** Empty: it is about nothing that can be told. */
  readonly products: readonly VexProduct[];
  readonly reason: string | undefined;
  /** In milliseconds since 1970; what is said later overrules. */
  readonly said: number | undefined;
  /** The file, for the report. */
  readonly source: string;
}
