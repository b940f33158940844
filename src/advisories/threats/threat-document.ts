// A document of a threat feed, read and packed.

export interface ThreatDocument {
  /** The file to keep. */
  readonly bytes: Buffer;
  readonly entries: number;
  /** What the document says of its age, ISO 8601; `undefined` where it says nothing. */
  readonly released: string | undefined;
}
