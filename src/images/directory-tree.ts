// The files of a directory, regular ones only.
import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileRange, readRange, streamRange } from './file-range.ts';
import { type FileTree, missing, tooLarge } from './file-tree.ts';
import { fileFailure, ImageError, notRegular } from './image-error.ts';
import type { ReadOptions } from './image-source.ts';

/**
 * Symbolic links are refused: a layout from elsewhere could point them at anything the
 * user may read. Non-blocking, so that a FIFO in place of a file does not hang the scan.
 */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The files of a directory. */
export class DirectoryTree implements FileTree {
  readonly where: string;
  readonly #root: string;

  constructor(root: string, kind: string) {
    this.where = `the ${kind} ${root}`;
    this.#root = root;
  }

  async sizeOf(path: string): Promise<number | undefined> {
    try {
      return (await lstat(join(this.#root, path))).size;
    } catch (error) {
      const failure = fileFailure(join(this.#root, path), error);
      if (failure.code === 'NOT_FOUND') return undefined;
      throw failure;
    }
  }

  async read(path: string, maxBytes: number): Promise<Buffer> {
    const file = await this.#open(path);
    try {
      if (file.sizeBytes > maxBytes) throw tooLarge(this.where, path, maxBytes);
      return await readRange(file);
    } finally {
      await file.handle.close();
    }
  }

  async *stream(path: string, options: ReadOptions = {}): AsyncGenerator<Buffer> {
    const file = await this.#open(path);
    try {
      yield* streamRange(file, options.signal);
    } finally {
      await file.handle.close();
    }
  }

  async close(): Promise<void> {}

  async #open(name: string): Promise<FileRange> {
    const path = join(this.#root, name);
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, OPEN_FLAGS);
      const stats = await handle.stat();
      if (!stats.isFile()) throw notRegular(path);
      return { handle, path, start: 0, sizeBytes: stats.size };
    } catch (error) {
      await handle?.close();
      if (error instanceof ImageError) throw error;
      const failure = fileFailure(path, error);
      throw failure.code === 'NOT_FOUND' ? missing(this.where, name) : failure;
    }
  }
}
