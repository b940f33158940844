// Reads the whole of an answer that is a document, up to a limit.
import { type Digest, digestOf } from '../../base/digest.ts';
import { ImageError } from '../image-error.ts';
import { JsonDocument } from '../json-document.ts';
import type { HttpAnswer } from './http-client.ts';
import { exchangeFailure, shownHost } from './http-failure.ts';

/** Throws ImageError `TOO_LARGE`, naming `what`, or `UNREACHABLE`; the abort reason passes through. */
export async function readBytes(answer: HttpAnswer, maxBytes: number, what: string): Promise<Buffer> {
  const stated = Number(answer.headers.get('content-length') ?? 0);
  const chunks: Buffer[] = [];
  let size = stated > maxBytes ? stated : 0;
  try {
    if (size === 0) {
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > maxBytes) break;
        chunks.push(chunk);
      }
    }
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    throw exchangeFailure(answer.url, error);
  }
  if (size <= maxBytes) return Buffer.concat(chunks, size);
  answer.body.destroy();
  const limit = `${Math.floor(maxBytes / (1024 * 1024))} MiB`;
  throw new ImageError(
    'TOO_LARGE',
    `${what} is over the limit of ${limit}; is ${shownHost(answer.url)} a registry?`,
  );
}

/** A document that is cut or not the one it should be is asked for again; documents are small. */
const MAX_TRIES = 4;

/**
 * The whole of what `open` answers with, over as many connections as it takes; `digest` is what it should have, where
 * that is known. Throws ImageError `DIGEST_MISMATCH`, and what `open` and `readBytes` throw.
 */
export async function fetchBytes(
  open: () => Promise<HttpAnswer>,
  maxBytes: number,
  what: string,
  digest?: Digest,
): Promise<Buffer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await open();
    try {
      const bytes = await readBytes(answer, maxBytes, what);
      const expected = digest ?? answer.headers.get('docker-content-digest');
      const actual = digestOf(bytes);
      if (expected?.startsWith('sha256:') && expected !== actual) {
        throw new ImageError(
          'DIGEST_MISMATCH',
          `${what} comes from ${shownHost(answer.url)} with the digest ${actual}; it is damaged or was tampered with`,
        );
      }
      return bytes;
    } catch (error) {
      const isWorthIt =
        error instanceof ImageError && (error.code === 'UNREACHABLE' || error.code === 'DIGEST_MISMATCH');
      if (!isWorthIt || attempt === MAX_TRIES) throw error;
    }
  }
}

/** Throws ImageError `NOT_A_REGISTRY` when it is no JSON object. */
export async function readJson(answer: HttpAnswer, maxBytes: number, what: string): Promise<JsonDocument> {
  const bytes = await readBytes(answer, maxBytes, what);
  try {
    return JsonDocument.parse(bytes, what);
  } catch (error) {
    throw new ImageError('NOT_A_REGISTRY', (error as Error).message);
  }
}
