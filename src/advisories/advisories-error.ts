// What can go wrong between Microsoft's feed and the advisories in use.
import { ClearstoryError } from '../base/error.ts';

export type AdvisoriesErrorCode =
  | 'FEED_UNREADABLE'
  | 'DOCUMENT_MISSING'
  | 'DOCUMENT_UNREADABLE'
  | 'CORRUPT_FILE'
  | 'NONE';

export class AdvisoriesError extends ClearstoryError<AdvisoriesErrorCode> {}
