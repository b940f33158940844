// From the bytes of one document, as served, to what is kept of it.
import { ClearstoryError } from '../base/error.ts';
import { decompressBytes } from '../formats/compression/decompress-bytes.ts';
import { MAX_DOCUMENT_BYTES, parseCvrf } from '../formats/cvrf/parse-cvrf.ts';
import { AdvisoriesError } from './advisories-error.ts';
import { type DocumentRecord, isKeptProduct, normalise } from './normalise.ts';

/** `where` names the document in messages. @throws AdvisoriesError DOCUMENT_UNREADABLE */
export async function readDocument(bytes: Uint8Array, where: string): Promise<DocumentRecord> {
  try {
    const xml = await decompressBytes(bytes, { maxBytes: MAX_DOCUMENT_BYTES, where });
    return compact(normalise(parseCvrf(xml, where, isKeptProduct)));
  } catch (error) {
    if (!(error instanceof ClearstoryError)) throw error;
    throw new AdvisoriesError('DOCUMENT_UNREADABLE', error.message, { cause: error });
  }
}

/** Strings cut from the XML keep the whole text alive; a copy lets 350 MB of it go. */
function compact(record: DocumentRecord): DocumentRecord {
  return JSON.parse(JSON.stringify(record)) as DocumentRecord;
}
