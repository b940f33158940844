// Says what went wrong: one plain sentence for what can be expected, the stack only for our own mistakes.
import { ClearstoryError } from '../base/error.ts';
import { printable } from '../base/printable.ts';
import { EXIT_ERROR } from './exit-codes.ts';

/** Prints the failure to standard error and gives the exit code. */
export function reportFailure(error: unknown): number {
  const isExpected = error instanceof ClearstoryError || isSystemError(error);
  const text = isExpected
    ? shownMessage(error as Error)
    : `a fault in clearstory itself, please report it: ${(error as Error)?.stack ?? String(error)}`;
  process.stderr.write(`clearstory: ${text}\n`);
  return EXIT_ERROR;
}

/** A full disk, a missing permission: the message of Node names the call and the path. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

/** `shownText` of the message of an error. */
export function shownMessage({ message }: Error): string {
  return shownText(message);
}

/** What files and hosts say of themselves ends up in messages, which may have several lines. */
function shownText(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
