// What can go wrong between a target given by the user and the bytes of its layers.

import { ClearstoryError } from '../base/error.ts';
import { fileReason } from '../base/file-reason.ts';

/**
 * - `UNKNOWN_SCHEME`: the target's prefix is none that is known.
 * - `INVALID_PLATFORM`: a platform filter cannot be read.
 * - `NOT_FOUND`: there is no such file or directory, or no such tag or digest in it.
 * - `NOT_AN_IMAGE`: what is there is no image, or of a kind that is not supported.
 * - `UNREADABLE`: the operating system refuses, or the file is not a regular one.
 * - `INVALID_ARCHIVE`: the tar archive that holds the image is damaged.
 * - `INVALID_DOCUMENT`: a manifest, index or config is malformed or contradicts another.
 * - `TOO_LARGE`: a document or an archive is over its limit.
 * - `DIGEST_MISMATCH`: a document is not what its digest promises.
 * - `BLOB_MISSING`: a document or layer that the image names is not there.
 * - `TAG_AMBIGUOUS`: several images are there and the target names none.
 * - `PLATFORM_AMBIGUOUS`: several Windows images are there and no platform was chosen.
 * - `PLATFORM_NOT_FOUND`: no image is for Windows, or for the chosen platform.
 * - `INVALID_REFERENCE`: the name of an image in a registry cannot be read.
 * - `INVALID_ADDRESS`: an address range of the configuration cannot be read.
 * - `UNREACHABLE`: a host does not answer, or not as it should.
 * - `UNTRUSTED`: the certificate of a host does not convince.
 * - `REFUSED_ADDRESS`: the address policy forbids to contact a host.
 * - `RATE_LIMITED`: a registry asks to come back later.
 * - `UNAUTHORIZED`: a registry wants credentials, or others.
 * - `NOT_A_REGISTRY`: what answers does not speak the distribution protocol.
 * - `BAD_CONFIGURATION`: a file or helper that names credentials or mirrors cannot be used.
 */
export type ImageErrorCode =
  | 'UNKNOWN_SCHEME'
  | 'INVALID_PLATFORM'
  | 'NOT_FOUND'
  | 'NOT_AN_IMAGE'
  | 'UNREADABLE'
  | 'INVALID_ARCHIVE'
  | 'INVALID_DOCUMENT'
  | 'TOO_LARGE'
  | 'DIGEST_MISMATCH'
  | 'BLOB_MISSING'
  | 'TAG_AMBIGUOUS'
  | 'PLATFORM_AMBIGUOUS'
  | 'PLATFORM_NOT_FOUND'
  | 'INVALID_REFERENCE'
  | 'INVALID_ADDRESS'
  | 'UNREACHABLE'
  | 'UNTRUSTED'
  | 'REFUSED_ADDRESS'
  | 'RATE_LIMITED'
  | 'UNAUTHORIZED'
  | 'NOT_A_REGISTRY'
  | 'BAD_CONFIGURATION';

/** The only error that opening an image and reading its layers throws, aborts excepted. */
export class ImageError extends ClearstoryError<ImageErrorCode> {}

/** The ImageError for a failed file operation on `path`. */
export function fileFailure(path: string, cause: unknown): ImageError {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new ImageError('NOT_FOUND', `${path} does not exist`, { cause });
  if (code === 'ELOOP') return notRegular(path);
  return new ImageError('UNREADABLE', `${path} cannot be read: ${fileReason(cause)}`, { cause });
}

/** The ImageError for something that is there but is a symbolic link, a device, a FIFO or the like. */
export function notRegular(path: string): ImageError {
  return new ImageError(
    'UNREADABLE',
    `${path} is not a regular file; copy the image without links and try again`,
  );
}
