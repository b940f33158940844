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

/** A statement of a VEX document that something is not affected, or fixed. */
export interface VexStatement {
  readonly id: string;
  /** Package URLs, image names or digests that the statement is about; empty: everything in the image. */
  readonly products: readonly string[];
  readonly reason: string | undefined;
  /** The file, for the report. */
  readonly source: string;
}
