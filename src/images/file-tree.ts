// A set of named files that an image lies in: a directory or an archive.
import { ImageError } from './image-error.ts';
import type { ReadOptions } from './image-source.ts';

export interface FileTree {
  /** For messages: 'the OCI layout /images/app'. */
  readonly where: string;
  /** Size of the file in bytes, or `undefined` when there is none of that name. */
  sizeOf(path: string): Promise<number | undefined>;
  /** The whole file. Throws ImageError `BLOB_MISSING`, `TOO_LARGE` or `UNREADABLE`. */
  read(path: string, maxBytes: number): Promise<Buffer>;
  /** The file in chunks of up to 1 MiB. The iteration throws ImageError `BLOB_MISSING` or `UNREADABLE`. */
  stream(path: string, options?: ReadOptions): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

/** The ImageError for a document over its limit. */
export function tooLarge(where: string, path: string, maxBytes: number): ImageError {
  return new ImageError('TOO_LARGE', `${path} in ${where} is over the limit of ${maxBytes} bytes`);
}

/** The ImageError for a file that an image names but that is not there. */
export function missing(where: string, path: string): ImageError {
  return new ImageError('BLOB_MISSING', `${path} is missing from ${where}; copy the image again, in full`);
}
