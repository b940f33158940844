// What can be wrong with Clair's file for sites without a network.
import { ClearstoryError } from '../../base/error.ts';

export type JsonblobErrorCode =
  | 'LINE_TOO_LONG'
  | 'NOT_JSONBLOB'
  | 'TRUNCATED'
  | 'NEWER_FORMAT'
  | 'DAMAGED'
  | 'NOTHING_USABLE';

export class JsonblobError extends ClearstoryError<JsonblobErrorCode> {}
