// Streams a blob over as many connections as it takes, each going on where the last one ended.
import { ImageError } from '../image-error.ts';
import type { HttpAnswer } from './http-client.ts';
import { exchangeFailure, isTransient, shownHost } from './http-failure.ts';

/** Connections in a row that bring less than `MIN_PROGRESS_BYTES`: then it is not the odd cut. */
const MAX_FRUITLESS = 5;

/** A host that gives a few bytes per connection would keep a scan busy for years. */
const MIN_PROGRESS_BYTES = 64 * 1024;

export interface Download {
  /** Opens a connection for the bytes from `offset` on, which may answer with all of them. */
  open(offset: number): Promise<HttpAnswer>;
  /** Bytes had already, from elsewhere. */
  readonly offset: number;
  /** In all, as the manifest states; 0 when it does not. */
  readonly sizeBytes: number;
}

/**
 * The bytes from `offset` to the end. What comes is not compared with a digest here. Throws ImageError `UNREACHABLE`,
 * `NOT_A_REGISTRY`, and what `open` throws; the abort reason passes through.
 */
export async function* resumedDownload({ open, offset, sizeBytes }: Download): AsyncGenerator<Buffer> {
  let position = offset;
  for (let fruitless = 0; ; ) {
    const start = position;
    const answer = await open(position);
    const stated = statedEnd(answer, position);
    const end = sizeBytes || stated;
    let failure: unknown;
    try {
      let surplus = answer.status === 206 ? 0 : position;
      for await (const received of answer.body as AsyncIterable<Buffer>) {
        const chunk = surplus > 0 ? received.subarray(surplus) : received;
        surplus -= received.length - chunk.length;
        if (chunk.length === 0) continue;
        position += chunk.length;
        if (sizeBytes > 0 && position > sizeBytes) throw tooLong(answer, sizeBytes);
        yield chunk;
      }
    } catch (error) {
      if (!isTransient(error)) throw error;
      failure = error;
    } finally {
      answer.body.destroy();
    }
    if (end === undefined ? failure === undefined : position >= end) return;
    fruitless = position - start < MIN_PROGRESS_BYTES ? fruitless + 1 : 0;
    if (fruitless === MAX_FRUITLESS) throw brokenOff(answer, position, end, failure);
  }
}

/** Where the blob ends by what the answer says. Throws ImageError `NOT_A_REGISTRY` when it is another part. */
function statedEnd(answer: HttpAnswer, position: number): number | undefined {
  const length = answer.headers.get('content-length');
  if (answer.status !== 206) return length === undefined ? undefined : Number(length);
  const [, start, end] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.headers.get('content-range') ?? '') ?? [];
  if (Number(start) !== position) {
    answer.body.destroy();
    throw new ImageError(
      'NOT_A_REGISTRY',
      `${shownHost(answer.url)} sends another part of a layer than was asked for; a cache in between may be broken`,
    );
  }
  return end === '*' ? undefined : Number(end);
}

function tooLong(answer: HttpAnswer, sizeBytes: number): ImageError {
  return new ImageError(
    'NOT_A_REGISTRY',
    `${shownHost(answer.url)} sends more than the ${sizeBytes} bytes that the manifest states for a layer`,
  );
}

function brokenOff(
  answer: HttpAnswer,
  position: number,
  end: number | undefined,
  failure: unknown,
): ImageError {
  const reason =
    failure === undefined
      ? `${shownHost(answer.url)} ends too early`
      : exchangeFailure(answer.url, failure).message;
  const total = end === undefined ? '' : ` of ${end}`;
  return new ImageError(
    'UNREACHABLE',
    `${reason}, after ${position}${total} bytes and ${MAX_FRUITLESS} attempts to go on; try later`,
  );
}
