// What can be wrong with a tar archive.
import { ClearstoryError } from '../../base/error.ts';

/**
 * - `TRUNCATED`: the archive ends in the middle of an entry.
 * - `BAD_CHECKSUM`: a header does not add up; the archive is damaged or is no tar archive.
 * - `BAD_HEADER`: a header, or an extended header, adds up but makes no sense.
 * - `TOO_LARGE`: a name, an extended header or a size is over its limit.
 * - `TOO_MANY_ENTRIES`: the archive has more entries than any image layer.
 * - `UNSUPPORTED`: the entry is stored sparsely (GNU), which no writer of image layers does.
 */
export type TarErrorCode =
  | 'TRUNCATED'
  | 'BAD_CHECKSUM'
  | 'BAD_HEADER'
  | 'TOO_LARGE'
  | 'TOO_MANY_ENTRIES'
  | 'UNSUPPORTED';

/** The only error the tar parser throws; the message gives the offset in the uncompressed archive. */
export class TarError extends ClearstoryError<TarErrorCode> {
  /** Offset, in the uncompressed archive, of the header that the error is about. */
  readonly offset: number;

  constructor(code: TarErrorCode, offset: number, problem: string) {
    super(code, `tar header at offset ${offset}: ${problem}`);
    this.offset = offset;
  }
}
