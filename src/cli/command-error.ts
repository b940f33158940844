// What can be wrong with how a command is used.
import { ClearstoryError } from '../base/error.ts';

export type CommandErrorCode =
  | 'BAD_OPTION'
  | 'BAD_INPUT'
  | 'BUSY'
  | 'NOTHING_LEARNED'
  | 'BAD_OUTPUT'
  | 'UNWRITABLE';

export class CommandError extends ClearstoryError<CommandErrorCode> {}
