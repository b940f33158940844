// What the indexer can see, in a word: manifests that were indexed under another are indexed again.
import { INVENTORY_VERSION, READER_VERSION } from '../../layers/reader-version.ts';

/** Changes only when the indexer sees more: Quay posts all its images again then. */
export const SCANNER_VERSION = `clearstory-${READER_VERSION}.${INVENTORY_VERSION}`;
