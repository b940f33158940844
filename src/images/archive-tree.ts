// The files of a tar archive, found in one pass over its headers and read in place.
import { posix } from 'node:path';
import { TarError } from '../formats/tar/tar-error.ts';
import { TarParser } from '../formats/tar/tar-parser.ts';
import { openArchiveFile } from './archive-file.ts';
import { type FileRange, readRange, streamRange } from './file-range.ts';
import { type FileTree, missing, tooLarge } from './file-tree.ts';
import { ImageError } from './image-error.ts';
import type { ReadOptions } from './image-source.ts';

/** An image archive holds a few files per layer. */
const MAX_FILES = 100_000;

/** Header blocks are read in units of this size; the data between them are jumped over. */
const READ_SIZE = 64 * 1024;

/** Length of a chain of links; `docker save` makes chains of one. */
const MAX_LINKS = 8;

const HEADER_SIZE = 512;

/** A file's place in the archive, or the name of the entry that stands for it. */
type Member = { readonly start: number; readonly sizeBytes: number } | { readonly target: string };

/** The files of a tar archive, compressed or not. Links are followed inside the archive, never out of it. */
export class ArchiveTree implements FileTree {
  readonly where: string;
  readonly #archive: FileRange;
  readonly #members: ReadonlyMap<string, Member>;

  /** Throws ImageError `NOT_FOUND`, `UNREADABLE`, `INVALID_ARCHIVE` or `TOO_LARGE`. */
  static async open(path: string, kind: string): Promise<ArchiveTree> {
    return ArchiveTree.of(await openArchiveFile(path), `the ${kind} ${path}`);
  }

  /** Takes over the archive and closes it, also when this throws. */
  static async of(archive: FileRange, where: string): Promise<ArchiveTree> {
    try {
      return new ArchiveTree(archive, await listMembers(archive), where);
    } catch (error) {
      await archive.handle.close();
      if (!(error instanceof TarError)) throw error;
      throw new ImageError(
        'INVALID_ARCHIVE',
        `${archive.path} is not a usable tar archive: ${error.message}`,
        { cause: error },
      );
    }
  }

  private constructor(archive: FileRange, members: ReadonlyMap<string, Member>, where: string) {
    this.#archive = archive;
    this.#members = members;
    this.where = where;
  }

  async sizeOf(path: string): Promise<number | undefined> {
    return this.#find(path)?.sizeBytes;
  }

  async read(path: string, maxBytes: number): Promise<Buffer> {
    const file = this.#find(path);
    if (file === undefined) throw missing(this.where, path);
    if (file.sizeBytes > maxBytes) throw tooLarge(this.where, path, maxBytes);
    return readRange(file);
  }

  async *stream(path: string, options: ReadOptions = {}): AsyncGenerator<Buffer> {
    const file = this.#find(path);
    if (file === undefined) throw missing(this.where, path);
    yield* streamRange(file, options.signal);
  }

  async close(): Promise<void> {
    await this.#archive.handle.close();
  }

  #find(path: string): FileRange | undefined {
    let member = this.#members.get(normalise(path));
    for (let links = 0; member !== undefined && 'target' in member; links++) {
      if (links === MAX_LINKS) return undefined;
      member = this.#members.get(member.target);
    }
    return member && { ...this.#archive, ...member };
  }
}

/** Where each file is. Of entries with the same name the last one counts, as when unpacking. */
async function listMembers(archive: FileRange): Promise<Map<string, Member>> {
  const members = new Map<string, Member>();
  const parser = new TarParser(({ path, type, linkPath, offset, sizeBytes }) => {
    const name = normalise(path);
    if (type === 'file') {
      members.set(name, { start: offset + HEADER_SIZE, sizeBytes });
    } else if (type === 'hardlink') {
      members.set(name, { target: normalise(linkPath!) });
    } else if (type === 'symlink') {
      // `docker save` used to store a repeated layer as a link to ../<id>/layer.tar.
      members.set(name, { target: normalise(posix.join(posix.dirname(path), linkPath!)) });
    }
    if (members.size > MAX_FILES) {
      throw new ImageError(
        'TOO_LARGE',
        `${archive.path} holds over ${MAX_FILES} files, so it is no image archive`,
      );
    }
    return undefined;
  });
  for (let position = 0; position < archive.sizeBytes; ) {
    const left = archive.sizeBytes - position;
    const bytes = await readRange({ ...archive, start: position, sizeBytes: Math.min(READ_SIZE, left) });
    parser.write(bytes);
    const jump = Math.min(parser.skippableBytes, left - bytes.length);
    parser.skip(jump);
    position += bytes.length + jump;
  }
  parser.end();
  return members;
}

/** `./a//b/`, `/a/b` and `a/b` are one name; '..' cannot lead out of the archive. */
function normalise(path: string): string {
  return posix.join('/', path).slice(1).replace(/\/$/, '');
}
