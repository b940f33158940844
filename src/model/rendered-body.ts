// A body that is ready to be sent: complete, rendered once, sent many times.

/**
 * Pieces are written one after the other and never joined: those of a report are shared by all manifests that have the
 * part they describe. `gzip` holds the same as one gzip stream, of one or several members; where it is absent, the body
 * is compressed when it is sent.
 */
export interface RenderedBody {
  /** May be made of `gzip` each time it is read, in milliseconds for each megabyte: read it once, and only to use it. */
  readonly plain: readonly Uint8Array[];
  readonly plainBytes: number;
  readonly gzip?: readonly Uint8Array[];
  readonly gzipBytes?: number;
}
