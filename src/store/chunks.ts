// Files of many megabytes, in pieces that a statement can carry.

/**
 * On its way a piece is a text of twice its size, and again as much in the answer; PostgreSQL itself ends at a gigabyte,
 * PGlite, whose memory is that of 32 bits, much earlier.
 */
const MAX_CHUNK_BYTES = 4 * 1024 * 1024;

/** The pieces in their order; none of an empty file. */
export function chunksOf(file: Uint8Array, maxBytes = MAX_CHUNK_BYTES): Uint8Array[] {
  return Array.from({ length: Math.ceil(file.length / maxBytes) }, (_, place) =>
    file.subarray(place * maxBytes, (place + 1) * maxBytes),
  );
}
