// Where the documents come from: the MSRC API, a mirror of it, or a directory.

export interface Feed {
  /** For messages: the address or the directory. */
  readonly where: string;
  /**
   * The documents the feed lists.
   * @throws AdvisoriesError FEED_UNREADABLE
   */
  list(): Promise<FeedListing[]>;
  /**
   * Reads one document, listed or not.
   * @throws AdvisoriesError DOCUMENT_UNREADABLE
   */
  read(id: string, known: KnownCopy | undefined): Promise<FeedAnswer>;
}

export interface FeedListing {
  readonly id: string;
  /** CurrentReleaseDate as the index gives it. */
  readonly released: string;
}

/** What is remembered of a document read before. */
export interface KnownCopy {
  /** sha256 over the bytes as served, hexadecimal. */
  readonly hash: string;
  readonly etag?: string;
  /** CurrentReleaseDate of the index when it was read. */
  readonly listed?: string;
}

export type FeedAnswer =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'document'; readonly bytes: Uint8Array; readonly hash: string; readonly etag?: string };
