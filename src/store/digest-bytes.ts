// Digests as the database keeps them: bytes, half the size of their digits. The length tells the algorithm.
import { StoreError } from './store-error.ts';

const ALGORITHMS: ReadonlyMap<number, string> = new Map([
  [32, 'sha256'],
  [64, 'sha512'],
]);

/** Of `sha256:…` or `sha512:…`, lower case. Throws StoreError FAILED: callers have checked what came from outside. */
export function bytesOfDigest(digest: string): Buffer {
  const [algorithm, hex = ''] = digest.split(':', 2);
  const bytes = Buffer.from(hex, 'hex');
  if (ALGORITHMS.get(bytes.length) === algorithm && bytes.toString('hex') === hex) return bytes;
  throw new StoreError('FAILED', `${JSON.stringify(digest.slice(0, 100))} is not a digest`);
}

export function digestOfBytes(bytes: Buffer): string {
  return `${ALGORITHMS.get(bytes.length)}:${bytes.toString('hex')}`;
}

/** Of several, one after the other, of `length` bytes each; for a million of them, to which each call counts. */
export function digestsOfBytes(bytes: Buffer, length: number): string[] {
  const hex = bytes.toString('hex');
  const digits = 2 * length;
  const prefix = `${ALGORITHMS.get(length)}:`;
  const digests: string[] = [];
  for (let start = 0; start < hex.length; start += digits) {
    digests.push(prefix + hex.slice(start, start + digits));
  }
  return digests;
}
