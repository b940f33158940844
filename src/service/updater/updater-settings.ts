// What the updater is told, and what follows from it.
import { OSV_BUCKET } from '../../advisories/libraries/osv-bucket.ts';
import { MSRC_API } from '../../advisories/msrc-feed.ts';

export interface UpdaterSettings {
  readonly periodMs: number;
  /** Versions that are kept; `Infinity`: all. */
  readonly retention: number;
  readonly disableUpdaters: boolean;
  /** `updaters.sets`; `undefined`: all. */
  readonly sets: readonly string[] | undefined;
  /** URL of a mirror of Microsoft's feed, or a directory. */
  readonly feed: string | undefined;
  /** `true`: OSV itself; otherwise the URL of a mirror, or a directory. */
  readonly osv: string | true | undefined;
  /** PEM text of authorities to trust beside Node's. */
  readonly ca: string | undefined;
}

export interface WantedFeeds {
  /** Address or directory; `undefined`: it is not to be read. */
  readonly msrc: string | undefined;
  readonly osv: string | undefined;
}

/**
 * A list that names sets was written for Clair, which knows none of Microsoft: it must not silence Windows, so only the
 * empty one does. `osv` is one of Clair's own and means the libraries here too.
 */
export function wantedFeeds({ disableUpdaters, sets, feed, osv }: UpdaterSettings): WantedFeeds {
  if (disableUpdaters) return { msrc: undefined, osv: undefined };
  const isMsrc = sets === undefined || sets.length > 0;
  const isOsv = osv !== undefined || sets?.includes('osv') === true;
  return {
    msrc: isMsrc ? (feed ?? MSRC_API) : undefined,
    osv: isOsv ? (typeof osv === 'string' ? osv : OSV_BUCKET) : undefined,
  };
}
