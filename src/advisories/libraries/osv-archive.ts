// Reads an archive of OSV (`all.zip`) as it streams by, record after record.
import { inflateRawSync } from 'node:zlib';
import { Unzip, type UnzipDecoder, type UnzipFile } from 'fflate';
import { AdvisoriesError } from '../advisories-error.ts';

/** The largest records have two megabytes; npm has some 300,000 of them. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;
const MAX_RECORDS = 5_000_000;

/** The unpacker calls itself for every entry that a piece holds, so pieces are small enough for its stack. */
const PUSH_BYTES = 32 * 1024;

/** The directory at the end of a zip says how many entries there are; its last record and a comment fit in here. */
const TAIL_BYTES = 66 * 1024;

/**
 * Calls `onRecord` with every parsed record; returns how many there were. Nothing is unpacked to disk.
 * @throws AdvisoriesError DOCUMENT_UNREADABLE when it is no zip, is cut off, or holds what is no OSV record.
 */
export async function readOsvArchive(
  chunks: AsyncIterable<Uint8Array>,
  where: string,
  onRecord: (record: unknown) => void,
): Promise<number> {
  const damaged = (what: string, cause?: unknown): AdvisoriesError =>
    new AdvisoriesError('DOCUMENT_UNREADABLE', `${where}: ${what}; what was known before stays`, { cause });
  let entries = 0;
  let records = 0;
  let head = '';
  let tail = Buffer.alloc(0);
  const unzip = new Unzip((file) => {
    if (++entries > MAX_RECORDS) throw damaged(`it has more than ${MAX_RECORDS} entries`);
    if (!file.name.endsWith('.json')) return;
    collect(file, (bytes) => {
      onRecord(parse(bytes, () => damaged(`${file.name} in it is no JSON`)));
      records++;
    });
  });
  unzip.register(NativeInflate);
  try {
    for await (const chunk of chunks) {
      if (head.length < 2) head += Buffer.from(chunk.subarray(0, 2)).toString('latin1');
      if (head.length >= 2 && !head.startsWith('PK')) throw damaged('not a zip archive');
      tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
      for (let at = 0; at < chunk.length; at += PUSH_BYTES) {
        unzip.push(chunk.subarray(at, at + PUSH_BYTES), false);
      }
    }
    unzip.push(new Uint8Array(0), true);
  } catch (error) {
    throw error instanceof AdvisoriesError ? error : damaged((error as Error).message, error);
  }
  if (entriesStated(tail) !== entries) throw damaged('it is cut off, or damaged');
  return records;
}

/** Node's own inflate takes a fifth of the time of one in JavaScript; records are small enough to unpack whole. */
class NativeInflate implements UnzipDecoder {
  static readonly compression = 8;
  ondata: UnzipDecoder['ondata'] = () => undefined;
  readonly #packed: Uint8Array[] = [];
  #size = 0;

  push(chunk: Uint8Array, final: boolean): void {
    // The buffer is the reader's to use again.
    this.#packed.push(Uint8Array.from(chunk));
    this.#size += chunk.length;
    if (this.#size > MAX_RECORD_BYTES)
      throw new Error(`an entry in it has more than ${MAX_RECORD_BYTES} bytes`);
    if (!final) return;
    this.ondata(
      null,
      inflateRawSync(Buffer.concat(this.#packed), { maxOutputLength: MAX_RECORD_BYTES }),
      true,
    );
  }
}

function collect(file: UnzipFile, done: (bytes: Buffer) => void): void {
  const parts: Uint8Array[] = [];
  file.ondata = (error, data, final) => {
    if (error) throw error;
    // Entries that are stored as they are come in pieces.
    parts.push(final && parts.length === 0 ? data : Uint8Array.from(data));
    if (final) done(Buffer.concat(parts));
  };
  file.start();
}

function parse(bytes: Buffer, failure: () => AdvisoriesError): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw failure();
  }
}

/** By the end-of-central-directory record; archives of more than 65,534 entries say it in the zip64 one before. */
function entriesStated(tail: Buffer): number | undefined {
  const end = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0 || end + 22 > tail.length) return undefined;
  const stated = tail.readUInt16LE(end + 10);
  if (stated !== 0xffff) return stated;
  const zip64 = tail.lastIndexOf(Buffer.from('PK\x06\x06', 'latin1'));
  return zip64 < 0 || zip64 + 40 > tail.length ? undefined : Number(tail.readBigUInt64LE(zip64 + 32));
}
