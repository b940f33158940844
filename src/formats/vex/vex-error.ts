// What can be wrong with a VEX document.
import { ClearstoryError } from '../../base/error.ts';

export class VexError extends ClearstoryError<'BAD_VEX'> {}
