// Reads the body of a PAX extended header: records of the form "<length> <key>=<value>\n".
import { TarError } from './tar-error.ts';

const SPACE = 0x20;
const NEWLINE = 0x0a;
const EQUALS = 0x3d;
const DIGIT_ZERO = 0x30;

/**
 * Adds the records of a PAX header body to `records`. Records are cut by their length, so values may hold
 * newlines; a later record replaces an earlier one and an empty value deletes it (POSIX.1-2024 pax, "pax Extended
 * Header"). Unknown keys are kept. Throws TarError `BAD_HEADER` naming `offset`, the header's place.
 */
export function addPaxRecords(records: Map<string, string>, body: Buffer, offset: number): void {
  let start = 0;
  while (start < body.length) {
    let cursor = start;
    let length = 0;
    for (let digit = digitAt(body, cursor); digit >= 0 && digit <= 9; digit = digitAt(body, ++cursor)) {
      length = length * 10 + digit;
    }
    const end = start + length;
    if (body[cursor] !== SPACE || end > body.length || body[end - 1] !== NEWLINE)
      throw malformed(offset, start);

    const keyStart = cursor + 1;
    let equals = keyStart;
    while (equals < end && body[equals] !== EQUALS) equals++;
    if (equals === keyStart || equals === end) throw malformed(offset, start);

    const key = body.toString('utf8', keyStart, equals);
    if (equals + 2 === end) records.delete(key);
    else records.set(key, body.toString('utf8', equals + 1, end - 1));
    start = end;
  }
}

function digitAt(body: Buffer, position: number): number {
  return (body[position] ?? 0) - DIGIT_ZERO;
}

function malformed(offset: number, start: number): TarError {
  return new TarError(
    'BAD_HEADER',
    offset,
    `PAX record at byte ${start} of the extended header is malformed`,
  );
}
