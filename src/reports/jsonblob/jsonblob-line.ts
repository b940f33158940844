// One line of Clair's file for sites without a network ("jsonblob"): a vulnerability or an enrichment, and what it belongs to.
import type { FeedSnapshot } from '../../advisories/bundle/feed-snapshot.ts';
import type { DocumentRecord, EntryRecord } from '../../advisories/normalise.ts';
import type { ClairVulnerability } from '../../model/clair.ts';

/**
 * Clair writes no line beyond this, so none of ours may be longer
 * (https://github.com/quay/claircore/blob/main/libvuln/jsonblob/jsonblob.go).
 */
export const MAX_LINE_BYTES: number = 1024 * 1024;

/** The name that vulnerabilities of Microsoft's feed go by in Clair. */
export const MSRC_UPDATER = 'msrc';

/** Clair's own enricher: records of this name are what its reports show as CVSS. */
export const CVSS_UPDATER = 'clair.cvss';

/** Keys as Clair spells them; lines of one operation share `Ref` and stand together. */
interface OperationLine {
  readonly Updater: string;
  /** Clair skips an operation whose fingerprint it knows. */
  readonly Fingerprint: string;
  /** RFC 3339. */
  readonly Date: string;
  /** UUID. */
  readonly Ref: string;
}

export interface VulnerabilityLine extends OperationLine {
  readonly Kind: 'vulnerability';
  readonly Vuln: ClairVulnerability;
  /** On the first line of each entry. Clair passes over keys that it does not know. */
  readonly Clearstory?: EntryCargo;
}

export interface EnrichmentLine extends OperationLine {
  readonly Kind: 'enrichment';
  readonly Enrichment: {
    readonly Tags: readonly string[];
    readonly Enrichment: unknown;
  };
}

/** What a vulnerability of Clair's has no place for, so that nothing is lost on the way there and back. */
export interface EntryCargo {
  /** On the first line of all. */
  readonly feed?: FeedCargo;
  /** Index into `feed.records`. */
  readonly document: number;
  readonly entry: EntryRecord;
  /** Product names of the document: on the line of its first entry. */
  readonly products?: DocumentRecord['products'];
}

export interface FeedCargo extends Omit<FeedSnapshot, 'records'> {
  /** Raised when a reader of today could not read it. */
  readonly format: number;
  /** Entries that follow: Clair's file has no checksum, and a missing end would look like "clean". */
  readonly entries: number;
  /** Documents without their entries; product names only of those that have none. */
  readonly records: readonly DocumentHead[];
}

export interface DocumentHead extends Omit<DocumentRecord, 'entries' | 'products'> {
  readonly products?: DocumentRecord['products'];
}

export const CARGO_FORMAT = 1;
