// What the API needs of the service behind it.
import type { ClairManifest } from '../model/clair.ts';
import type { RenderedBody } from '../model/rendered-body.ts';

/** Present in the modes `combo` and `indexer`. */
export interface IndexerPart {
  /** The same string as long as indexing again would bring nothing new. */
  state(): Promise<string>;
  /** Goes on when nobody waits for it any more. */
  index(manifest: ClairManifest): Promise<RenderedBody>;
  indexReport(digest: string): Promise<RenderedBody | undefined>;
  /** Those that were there. */
  delete(digests: readonly string[]): Promise<string[]>;
  /** `vulnerabilities` as posted. */
  affectedManifests(vulnerabilities: readonly unknown[]): Promise<RenderedBody>;
}

export type OperationKind = 'vulnerability' | 'enrichment';

export interface UpdateOperations {
  /** Of the newest operation of the kind, if there is one. */
  readonly newest: string | undefined;
  readonly body: RenderedBody;
}

/** A report, and for how many seconds it stays true where somebody else says so. */
export type ReportBody = RenderedBody & { readonly maxAge?: number };

/** Present in the modes `combo` and `matcher`. */
export interface MatcherPart {
  /** `undefined`: no such image, or it is not indexed yet, or there is nothing to compare it with yet. */
  vulnerabilityReport(digest: string): Promise<ReportBody | undefined>;
  updateOperations(kind: OperationKind, latest: boolean): Promise<UpdateOperations>;
  deleteOperation(ref: string): Promise<void>;
  /** Throws ServiceError for an operation that is not there. */
  updateDiff(current: string, previous: string | undefined): Promise<RenderedBody>;
}

export interface PageQuery {
  readonly size: number;
  /** The last element of the page before. */
  readonly next: string | undefined;
}

/** Present in the mode `notifier`, and in `combo` where something is to be notified. */
export interface NotifierPart {
  /** `undefined`: no such set of notifications. */
  page(id: string, query: PageQuery): Promise<RenderedBody | undefined>;
  /** Whether there was such a set. */
  delete(id: string): Promise<boolean>;
}
