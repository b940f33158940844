// Layer facts as the store keeps them: JSON, compressed. Never in one piece while they are written.
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGzip, gunzipSync } from 'node:zlib';
import { LayerError } from '../../../layers/layer-error.ts';
import type { LayerFacts } from '../../../model/layer-facts.ts';

/** Facts of the largest Windows layers are some 30 MB of JSON; a thread must be able to hold a few of this size. */
const MAX_CHARACTERS = 128 * 1024 * 1024;

/** Written once and read for each image with the layer. */
const LEVEL = 6;

/** Throws LayerError `TOO_LARGE`. */
export async function packFacts(facts: LayerFacts): Promise<Buffer> {
  const gzip = createGzip({ level: LEVEL });
  const [packed] = await Promise.all([buffer(gzip), pipeline(Readable.from(pieces(facts)), gzip)]);
  return packed;
}

export function unpackFacts(packed: Uint8Array): LayerFacts {
  // A character of JSON has up to three bytes.
  const json = gunzipSync(packed, { maxOutputLength: 3 * MAX_CHARACTERS });
  return JSON.parse(json.toString('utf8')) as LayerFacts;
}

/** The JSON of the facts: a text of it all would be a single block of memory as large as the layer makes it. */
function* pieces(facts: LayerFacts): Generator<string> {
  let characters = 0;
  let collected = '';
  for (const piece of jsonPieces(facts, 3)) {
    characters += piece.length;
    if (characters > MAX_CHARACTERS) {
      throw new LayerError('TOO_LARGE', 'what is to be kept of it is over the limit of 128 Mi characters');
    }
    collected += piece;
    if (collected.length < 64 * 1024) continue;
    yield collected;
    collected = '';
  }
  yield collected;
}

/** `depth`: so many levels of objects and lists are written member by member. */
function* jsonPieces(value: unknown, depth: number): Generator<string> {
  if (depth === 0 || typeof value !== 'object' || value === null) {
    yield JSON.stringify(value);
    return;
  }
  let separator = '';
  yield Array.isArray(value) ? '[' : '{';
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    yield Array.isArray(value) ? separator : `${separator}${JSON.stringify(key)}:`;
    yield* jsonPieces(member, depth - 1);
    separator = ',';
  }
  yield Array.isArray(value) ? ']' : '}';
}
