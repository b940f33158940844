// What one update of the feeds brought, as plain data: it comes from another thread.
import type { RefusalReason } from '../../advisories/guard.ts';

/** What is to be read, and into which folder. */
export interface FeedsRequest {
  /** A cache folder. */
  readonly folder: string;
  /** ISO 8601. */
  readonly now: string;
  /** Address or directory of Microsoft's feed; `undefined`: it is not to be read. */
  readonly msrc: string | undefined;
  /** Address or directory of OSV. */
  readonly osv: string | undefined;
  /** PEM text of authorities to trust beside Node's. */
  readonly ca: string | undefined;
}

export interface FeedReports {
  readonly msrc: FeedReport | undefined;
  readonly osv: FeedReport | undefined;
}

export interface FeedReport {
  /** Documents, or ecosystems, that were read anew and believed. */
  readonly read: number;
  /** Documents, or library advisories, that are known now. */
  readonly known: number;
  /** What the guard did not believe. */
  readonly refused: readonly Refused[];
  /** Sentences; what was known of what could not be read stays. */
  readonly failures: readonly string[];
  readonly seconds: number;
}

export interface Refused {
  /** `2026-Jun`, `npm`. */
  readonly what: string;
  readonly reason: RefusalReason;
  /** Times that it was seen so. */
  readonly reads: number;
}
