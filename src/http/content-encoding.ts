// Compresses answers as the client accepts it: what is compressed already goes out as it is.

import type { Transform } from 'node:stream';
import * as allOfZlib from 'node:zlib';
import { createDeflateRaw, createGzip, constants as zlib } from 'node:zlib';
import type { RenderedBody } from '../model/rendered-body.ts';

export type ContentEncoding = 'gzip' | 'deflate' | 'zstd' | 'identity';

/** Smaller answers fit into one packet anyway. */
const WORTH_COMPRESSING = 1024;

/** Level 1 has nine tenths of the effect of level 6 on JSON in a third of the time, and somebody waits. */
const FAST = { level: zlib.Z_BEST_SPEED };

/** From Node 22.15. */
const createZstd = (allOfZlib as { createZstdCompress?: () => Transform }).createZstdCompress;

/** The best first, where the client has no preference: reports are kept as gzip. `deflate` is without zlib's header, as in Clair. */
const OFFERED: readonly ContentEncoding[] = createZstd ? ['gzip', 'zstd', 'deflate'] : ['gzip', 'deflate'];

/** For the answer to a client that accepts none. */
export const OFFERED_ENCODINGS = OFFERED.join(', ');

/**
 * By RFC 9110, section 12.5.3. `undefined`: the client refuses even what is not encoded, which is answered by 415. Clair takes an
 * encoding without a weight for the least wanted; that helps nobody and is not copied.
 */
export function chooseEncoding(header: string | undefined): ContentEncoding | undefined {
  if (header === undefined) return 'identity';
  const weights = new Map<string, number>();
  for (const part of header.split(',')) {
    const [name = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase());
    const stated = parameters.find((each) => each.startsWith('q='))?.slice(2);
    const weight = stated === undefined ? 1 : Number(stated);
    if (name !== '' && weight >= 0) weights.set(name === 'x-gzip' ? 'gzip' : name, weight);
  }
  const others = weights.get('*');
  let best: ContentEncoding | undefined;
  let highest = 0;
  for (const each of OFFERED) {
    // What is not named is not known to be understood: `*` alone brings gzip.
    const weight = weights.get(each) ?? (each === 'gzip' ? (others ?? 0) : 0);
    if (weight > highest) [best, highest] = [each, weight];
  }
  const plain = weights.get('identity') ?? (others === 0 ? 0 : undefined);
  if (best !== undefined && highest >= (plain ?? 0)) return best;
  return plain === 0 ? undefined : 'identity';
}

export interface EncodedBody {
  readonly encoding: ContentEncoding;
  readonly pieces: readonly Uint8Array[];
  readonly bytes: number;
}

/** `body` as it is sent. Small ones stay as they are. Rejects when the compressor fails. */
export async function encodeBody(body: RenderedBody, encoding: ContentEncoding): Promise<EncodedBody> {
  const { plainBytes, gzip, gzipBytes } = body;
  if (encoding === 'identity' || plainBytes < WORTH_COMPRESSING) {
    return { encoding: 'identity', pieces: body.plain, bytes: plainBytes };
  }
  if (encoding === 'gzip' && gzip !== undefined) {
    return { encoding, pieces: gzip, bytes: gzipBytes ?? lengthOf(gzip) };
  }
  const pieces = await compressed(body.plain, compressorOf(encoding));
  return { encoding, pieces, bytes: lengthOf(pieces) };
}

function compressorOf(encoding: Exclude<ContentEncoding, 'identity'>): Transform {
  if (encoding === 'gzip') return createGzip(FAST);
  if (encoding === 'deflate') return createDeflateRaw(FAST);
  return createZstd!();
}

async function compressed(plain: readonly Uint8Array[], compressor: Transform): Promise<Uint8Array[]> {
  // The pieces are in memory already, so there is nothing to hold back: only references queue up.
  for (const piece of plain) compressor.write(piece);
  compressor.end();
  const pieces: Uint8Array[] = [];
  for await (const piece of compressor) pieces.push(piece as Uint8Array);
  return pieces;
}

function lengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
