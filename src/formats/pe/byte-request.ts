// How the parsers of this folder read a stream: they ask for ranges of bytes and are resumed when these have come.
import { PeError } from './pe-error.ts';

/** A range of at least one byte, by offsets into the file. */
export interface ByteRequest {
  offset: number;
  endOffset: number;
  /** Bytes before this offset, at most `offset`, will not be asked for again; it never goes back. */
  keepFrom: number;
}

/**
 * A parser that reads forwards through a file it does not hold. It yields requests and gets the bytes, valid until
 * its next request, or `undefined` when the file ends before them.
 */
export type Reading<T> = Generator<ByteRequest, T, Buffer | undefined>;

/** Asks for bytes that may be missing. */
export function* request(
  offset: number,
  lengthBytes: number,
  keepFrom = offset,
): Reading<Buffer | undefined> {
  return yield { offset, endOffset: offset + lengthBytes, keepFrom };
}

/** Asks for the bytes of `what`; throws PeError `TRUNCATED` when the file ends before them. */
export function* need(what: string, offset: number, lengthBytes: number, keepFrom = offset): Reading<Buffer> {
  const bytes = yield* request(offset, lengthBytes, keepFrom);
  if (bytes !== undefined) return bytes;
  throw new PeError('TRUNCATED', `the file ends before byte ${offset + lengthBytes}, inside its ${what}`);
}
