// The file that carries advisories: a line that names it, members one after the other, and a checksum over all.

/** Raised when a reader of today could not read it; new members alone do not raise it. */
export const BUNDLE_FORMAT = 1;

/** First line: `clearstory-bundle 1`. */
export const BUNDLE_NAME = 'clearstory-bundle';

/** Before the bytes of each member stands one line of JSON. */
export interface MemberLine {
  readonly name: string;
  readonly bytes: number;
}

/** The last line. The checksum is over every byte before it, so a file that was cut has none. */
export interface EndLine {
  readonly name: typeof END;
  /** Hexadecimal. */
  readonly sha256: string;
}

export const END = 'end';

/** Gzipped JSON of a FeedSnapshot. */
export const ADVISORIES_MEMBER = 'advisories.json.gz';
/** JSON of a LibraryState, followed by one member an ecosystem. */
export const LIBRARIES_MEMBER = 'osv.json';
export const ECOSYSTEM_MEMBER: RegExp = /^osv-([a-z]+)\.bin$/;

export function ecosystemMember(ecosystem: string): string {
  return `osv-${ecosystem}.bin`;
}
