// Cuts a stream of bytes into lines, none of which may be longer than a limit.
import { JsonblobError } from './jsonblob-error.ts';

const NEWLINE = 0x0a;

/** Lines without their newline; empty ones are left out. @throws JsonblobError LINE_TOO_LONG */
export async function* textLines(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
  where: string,
): AsyncGenerator<string> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      pieces.push(chunk.subarray(start, end));
      if (length + end - start > 0) yield Buffer.concat(pieces).toString('utf8');
      pieces = [];
      length = 0;
      start = end + 1;
    }
    pieces.push(chunk.slice(start));
    length += chunk.length - start;
    if (length > maxBytes) {
      throw new JsonblobError('LINE_TOO_LONG', `${where}: a line of it has more than ${maxBytes} bytes`);
    }
  }
  if (length > 0) yield Buffer.concat(pieces).toString('utf8');
}
