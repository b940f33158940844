// Bodies out of parts that are kept compressed, and of text between them.
import { gunzipSync } from 'node:zlib';
import { type GzipPiece, gzipMember, gzipPiece } from '../../base/gzip-member.ts';
import type { RenderedBody } from '../../model/rendered-body.ts';

/** Text as it goes out. Compressed alone: a subject with 3,000 findings has 200 kB so, and 3 MB in plain. */
export type BodyPart = GzipPiece;

export function bodyPart(text: string): Promise<BodyPart> {
  return gzipPiece(Buffer.from(text));
}

/** In memory. */
export function bytesOfPart({ deflated }: BodyPart): number {
  return deflated.length;
}

export function textOfPart(part: BodyPart): string {
  return gunzipSync(Buffer.concat(gzipMember([part]))).toString('utf8');
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
  const gzip = gzipMember(parts);
  return {
    get plain() {
      return [gunzipSync(Buffer.concat(gzip))];
    },
    plainBytes: parts.reduce((total, { bytes }) => total + bytes, 0),
    gzip,
    gzipBytes: gzip.reduce((total, { length }) => total + length, 0),
  };
}
