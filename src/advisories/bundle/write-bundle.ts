// Writes a bundle: members of known size, streamed, with the checksum at the end.
import { createHash } from 'node:crypto';
import { BUNDLE_FORMAT, BUNDLE_NAME, END } from './bundle-format.ts';

export interface BundleMember {
  readonly name: string;
  /** Size of `content`. */
  readonly bytes: number;
  readonly content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** The bytes of the file, piece by piece. Throws an Error when a member has another size than it said. */
export async function* writeBundle(
  members: Iterable<BundleMember> | AsyncIterable<BundleMember>,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const seen = (bytes: Uint8Array): Buffer => {
    hash.update(bytes);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
  yield seen(Buffer.from(`${BUNDLE_NAME} ${BUNDLE_FORMAT}\n`));
  for await (const { name, bytes, content } of members) {
    yield seen(Buffer.from(`${JSON.stringify({ name, bytes })}\n`));
    let written = 0;
    for await (const chunk of content) {
      written += chunk.length;
      yield seen(chunk);
    }
    if (written !== bytes) throw new Error(`${name} changed while it was read: run it again`);
  }
  yield Buffer.from(`${JSON.stringify({ name: END, sha256: hash.digest('hex') })}\n`);
}
