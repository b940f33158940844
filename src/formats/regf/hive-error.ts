// What can be wrong with a registry hive.
import { ClearstoryError } from '../../base/error.ts';

export type HiveErrorCode = 'NOT_A_HIVE' | 'TRUNCATED' | 'CORRUPT' | 'TOO_DEEP' | 'CYCLE';

/** Every message ends with the offset in the file, in hexadecimal. */
export class HiveError extends ClearstoryError<HiveErrorCode> {
  readonly offset: number;

  constructor(code: HiveErrorCode, what: string, offset: number) {
    super(code, `registry hive: ${what} at offset 0x${offset.toString(16)}`);
    this.offset = offset;
  }
}
