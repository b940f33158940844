// Reads the body of a request into memory, up to a limit.
import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../service/service-error.ts';

/** Rejects with ServiceError: TOO_LARGE as soon as that is known, BAD_REQUEST when the client breaks off. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  // Not `for await`: leaving that early destroys the connection, and with it the answer that says why.
  return new Promise((resolve, reject) => {
    const tooLarge = (): void => {
      request.off('data', onData);
      reject(
        new ServiceError(
          'TOO_LARGE',
          `the body has more than ${maxBytes} bytes (clearstory.limits.body_bytes)`,
        ),
      );
    };
    const pieces: Buffer[] = [];
    let bytes = 0;
    const onData = (piece: Buffer): void => {
      bytes += piece.length;
      if (bytes > maxBytes) tooLarge();
      else pieces.push(piece);
    };
    if (Number(request.headers['content-length']) > maxBytes) return tooLarge();
    request.on('data', onData);
    request.once('end', () => resolve(Buffer.concat(pieces, bytes)));
    request.once('error', () =>
      reject(new ServiceError('BAD_REQUEST', 'the body was cut off before its end')),
    );
  });
}
