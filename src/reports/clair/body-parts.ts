// Bodies out of parts that are kept in both forms, plain and compressed, and of text between them.
import { type GzipPiece, gzipMember, gzipPiece } from '../../base/gzip-member.ts';
import type { RenderedBody } from '../../model/rendered-body.ts';

export interface BodyPart {
  readonly plain: Uint8Array;
  readonly compressed: GzipPiece;
}

export async function bodyPart(text: string): Promise<BodyPart> {
  const plain = Buffer.from(text);
  return { plain, compressed: await gzipPiece(plain) };
}

/** In memory. */
export function bytesOfPart({ plain, compressed }: BodyPart): number {
  return plain.length + compressed.deflated.length;
}

/** In this order; parts are not copied. */
export async function joinParts(segments: readonly (BodyPart | string)[]): Promise<RenderedBody> {
  const runs: (BodyPart | string)[] = [];
  for (const segment of segments) {
    const last = runs.at(-1);
    if (typeof segment === 'string' && typeof last === 'string') runs[runs.length - 1] = last + segment;
    else if (segment !== '') runs.push(segment);
  }
  const parts = await Promise.all(runs.map((run) => (typeof run === 'string' ? bodyPart(run) : run)));
  const plain = parts.map((part) => part.plain);
  const gzip = gzipMember(parts.map((part) => part.compressed));
  return { plain, plainBytes: totalBytes(plain), gzip, gzipBytes: totalBytes(gzip) };
}

function totalBytes(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((total, chunk) => total + chunk.length, 0);
}
