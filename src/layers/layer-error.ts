// What can be wrong with a layer.
import { ClearstoryError } from '../base/error.ts';

export type LayerErrorCode =
  | 'DIGEST_MISMATCH'
  | 'DIFF_ID_MISMATCH'
  | 'HOSTILE_PATH'
  | 'UNREADABLE'
  | 'TOO_LARGE'
  | 'BAD_CATALOG';

export class LayerError extends ClearstoryError<LayerErrorCode> {}
