// Content digests: how images, layers and documents are named by their bytes.
import { createHash } from 'node:crypto';
import { ClearstoryError } from './error.ts';

/**
 * A content digest: the algorithm and lower-case hex digits, 64 of SHA-256 and 128 of SHA-512. Registries and files of
 * images have the former alone; what is posted to the service may have either.
 */
export type Digest = `sha256:${string}` | `sha512:${string}`;

/** `INVALID_DIGEST`: not a digest at all. `UNSUPPORTED_ALGORITHM`: a digest, but not SHA-256. */
export type DigestErrorCode = 'INVALID_DIGEST' | 'UNSUPPORTED_ALGORITHM';

export class DigestError extends ClearstoryError<DigestErrorCode> {}

const SHA256 = /^sha256:[0-9a-f]{64}$/;

/** `algorithm:encoded` by the grammar of the OCI image specification, descriptor.md, "Digests". */
const ANY_ALGORITHM = /^([a-z0-9]+(?:[+._-][a-z0-9]+)*):[A-Za-z0-9=_-]+$/;

/**
 * `text` as a digest. Safe to build a path from: the result holds nothing but hex digits after the colon.
 * Throws DigestError.
 */
export function parseDigest(text: string): Digest {
  if (SHA256.test(text)) return text as Digest;
  const algorithm = ANY_ALGORITHM.exec(text)?.[1];
  if (algorithm !== undefined && algorithm !== 'sha256') {
    throw new DigestError(
      'UNSUPPORTED_ALGORITHM',
      `digest ${shorten(text)} uses ${algorithm}, but only sha256 is supported`,
    );
  }
  throw new DigestError(
    'INVALID_DIGEST',
    `${shorten(text)} is not a digest; expected "sha256:" and 64 lower-case hex digits`,
  );
}

const POSTED = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** `text` as a digest of either algorithm, whatever its case: what Clair takes. `undefined` when it is none. */
export function readPostedDigest(text: string): Digest | undefined {
  const lower = text.toLowerCase();
  return POSTED.test(lower) ? (lower as Digest) : undefined;
}

/** The digest of `bytes`. */
export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The hex digits of a digest. */
export function digestHex(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}

function shorten(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
