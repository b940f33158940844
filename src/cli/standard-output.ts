// Standard output that ends early: a reader that went away is no error, a disk that is full is one.
import { fileReason } from '../base/file-reason.ts';
import { CommandError } from './command-error.ts';
import { reportFailure } from './failure.ts';

let failure: CommandError | undefined;

/**
 * To be called once, before anything is written. What nobody reads any more (`| head`) is dropped, and the command goes
 * on: files, the gate and the exit code do not depend on who reads along. Any other failure ends with exit code 1.
 */
export function watchStandardOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!isReaderGone(error)) failed(error);
  });
  // There is nobody left to tell.
  process.stderr.on('error', () => {});
  process.on('exit', () => {
    if (failure) process.exitCode = reportFailure(failure);
  });
}

/** Resolves when the text is taken, or when nobody reads it any more. Throws CommandError UNWRITABLE. */
export function writeToStandardOutput(chunk: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(chunk, (error) => {
      if (!error || isReaderGone(error)) resolve();
      else reject(failed(error));
    });
  });
}

/** Whether it is the failure that is told at the end, so that it is not told twice. */
export function isOutputFailure(error: unknown): boolean {
  return failure !== undefined && error === failure;
}

function failed(error: Error): CommandError {
  failure ??= new CommandError('UNWRITABLE', `standard output: cannot be written: ${fileReason(error)}`, {
    cause: error,
  });
  return failure;
}

function isReaderGone(error: NodeJS.ErrnoException): boolean {
  return error.code === 'EPIPE';
}
