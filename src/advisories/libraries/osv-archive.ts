// Reads an archive of OSV (`all.zip`), record after record.
import { ClearstoryError } from '../../base/error.ts';
import { zipFiles } from '../../formats/zip/zip-files.ts';
import { AdvisoriesError } from '../advisories-error.ts';

/** The largest records have two megabytes. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/**
 * Calls `onRecord` with every parsed record; returns how many there were. `where` names the archive in messages.
 * @throws AdvisoriesError DOCUMENT_UNREADABLE when it is no zip, is cut off, or holds what is no OSV record.
 */
export async function readOsvArchive(
  path: string,
  where: string,
  onRecord: (record: unknown) => void,
): Promise<number> {
  let records = 0;
  try {
    for await (const { name, bytes } of zipFiles(path, (each) => each.endsWith('.json'), MAX_RECORD_BYTES)) {
      onRecord(parse(bytes, name, where));
      records++;
    }
  } catch (error) {
    if (error instanceof AdvisoriesError) throw error;
    const { message } = error as Error;
    const what = error instanceof ClearstoryError ? message : `cannot be read: ${message}`;
    throw unreadable(where, what, error);
  }
  return records;
}

function parse(bytes: Buffer, name: string, where: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw unreadable(where, `${name} in it is no JSON`, error);
  }
}

function unreadable(where: string, what: string, cause: unknown): AdvisoriesError {
  return new AdvisoriesError('DOCUMENT_UNREADABLE', `${where}: ${what}; what was known before stays`, {
    cause,
  });
}
