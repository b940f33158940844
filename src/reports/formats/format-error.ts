import { ClearstoryError } from '../../base/error.ts';

/** A format that has no document for a report. */
export class FormatError extends ClearstoryError<'NOTHING_TO_STATE'> {}
