// The advisories of one ecosystem as one file, of which a scan reads the few parts it needs.
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { LibraryAdvisory } from '../../model/library-advisories.ts';
import { AdvisoriesError } from '../advisories-error.ts';

/**
 * Packages are spread over this many parts: of npm, the largest ecosystem, one has a hundred packages, so that a
 * lookup reads and unpacks some ten kilobytes.
 */
const PARTS = 2048;

const MAGIC = 'clearstory-libraries 1\n';
/** Per part: where it ends, 6 bytes, and the first 4 of the sha256 over it. */
const INDEX_ENTRY_BYTES = 10;
const INDEX_BYTES = PARTS * INDEX_ENTRY_BYTES;

/** Pieces of memory that lines are collected in. */
const PAGE_BYTES = 16 * 1024 * 1024;

/** Collects advisories as lines of text outside the heap, where hundreds of thousands weigh what they are long. */
export class LibraryFileBuilder {
  /** Per part, its lines. */
  readonly #parts = Array.from({ length: PARTS }, (): Buffer[] => []);
  #page = Buffer.alloc(0);
  #used = 0;
  entries = 0;

  add(packageKey: string, advisory: LibraryAdvisory): void {
    this.entries++;
    this.#parts[partOf(packageKey)]!.push(this.#keep(Buffer.from(lineOf(packageKey, advisory))));
  }

  /** Equal advisories give equal bytes, in whatever order they came. */
  finish(): Buffer {
    const index = Buffer.alloc(INDEX_BYTES);
    let end = MAGIC.length + INDEX_BYTES;
    const parts = this.#parts.map((lines, part) => {
      const bytes = gzipSync(Buffer.concat(lines.sort(Buffer.compare)));
      end += bytes.length;
      index.writeUIntBE(end, part * INDEX_ENTRY_BYTES, 6);
      checksumOf(bytes).copy(index, part * INDEX_ENTRY_BYTES + 6);
      return bytes;
    });
    return Buffer.concat([Buffer.from(MAGIC), index, ...parts]);
  }

  #keep(line: Buffer): Buffer {
    if (this.#used + line.length > this.#page.length) {
      this.#page = Buffer.allocUnsafeSlow(Math.max(PAGE_BYTES, line.length));
      this.#used = 0;
    }
    const kept = this.#page.subarray(this.#used, this.#used + line.length);
    line.copy(kept);
    this.#used += line.length;
    return kept;
  }
}

/** JSON of name and advisory; the name comes first, so that lines can be told apart without parsing them. */
function lineOf(packageKey: string, advisory: LibraryAdvisory): string {
  return `${prefixOf(packageKey)}${JSON.stringify(advisory)}]\n`;
}

function prefixOf(packageKey: string): string {
  return `[${JSON.stringify(packageKey)},`;
}

/** Advisories of the packages asked for. @throws AdvisoriesError CORRUPT_FILE */
export async function readLibraryFile(
  path: string,
  packageKeys: Iterable<string>,
): Promise<Map<string, LibraryAdvisory[]>> {
  const wanted = new Set(packageKeys);
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw corrupt(path, error.code === 'ENOENT' ? 'missing' : error.message, error);
  });
  try {
    const header = await read(file, 0, MAGIC.length + INDEX_BYTES, path);
    if (header.toString('latin1', 0, MAGIC.length) !== MAGIC)
      throw corrupt(path, 'not a file of this version');
    const index = header.subarray(MAGIC.length);
    const found = new Map<string, LibraryAdvisory[]>();
    const byPart = new Map<number, string[]>();
    for (const name of wanted) byPart.set(partOf(name), [...(byPart.get(partOf(name)) ?? []), name]);
    for (const [part, names] of byPart) {
      const start = part === 0 ? header.length : index.readUIntBE((part - 1) * INDEX_ENTRY_BYTES, 6);
      const end = index.readUIntBE(part * INDEX_ENTRY_BYTES, 6);
      const bytes = await read(file, start, end - start, path);
      const checksum = index.subarray(part * INDEX_ENTRY_BYTES + 6, (part + 1) * INDEX_ENTRY_BYTES);
      if (!checksumOf(bytes).equals(checksum)) throw corrupt(path, 'checksum does not match');
      const lines = gunzipSync(bytes).toString('utf8').split('\n');
      for (const name of names) {
        const own = lines.filter((line) => line.startsWith(prefixOf(name)));
        if (own.length > 0)
          found.set(
            name,
            own.map((line) => (JSON.parse(line) as [string, LibraryAdvisory])[1]),
          );
      }
    }
    return found;
  } finally {
    await file.close();
  }
}

async function read(file: FileHandle, start: number, length: number, path: string): Promise<Buffer> {
  if (length < 0) throw corrupt(path, 'damaged');
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, start);
  if (bytesRead !== length) throw corrupt(path, 'cut off');
  return bytes;
}

function partOf(packageKey: string): number {
  return createHash('sha256').update(packageKey).digest().readUInt16BE(0) % PARTS;
}

function checksumOf(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest().subarray(0, 4);
}

function corrupt(path: string, what: string, cause?: unknown): AdvisoriesError {
  return new AdvisoriesError(
    'CORRUPT_FILE',
    `${path}: ${what}; run "clearstory update --osv" to build it anew`,
    {
      cause,
    },
  );
}
