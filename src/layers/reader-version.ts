// Which reader wrote the facts of a layer.

/** Raised whenever a reader, or what it keeps, changes: facts of another version are not used. */
export const READER_VERSION = 2;

/** Raised whenever coalescing, or what is kept of an image, finds more in the same facts. */
export const INVENTORY_VERSION = 1;
