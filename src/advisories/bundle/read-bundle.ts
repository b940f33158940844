// Reads a bundle as a stream: nothing of it may be used before its end was reached, where the checksum stands.
import { createHash, type Hash } from 'node:crypto';
import { BundleError, type BundleErrorCode } from './bundle-error.ts';
import { BUNDLE_FORMAT, BUNDLE_NAME, END, type EndLine, type MemberLine } from './bundle-format.ts';

/** Lines have less than a hundred bytes. */
const MAX_LINE_BYTES = 1024;

/** There are less than ten; a hundred leave room for what newer versions add. */
const MAX_MEMBERS = 100;

/** Npm's library advisories, by far the largest member, have some fifty megabytes. */
const MAX_MEMBER_BYTES = 4 * 1024 * 1024 * 1024;

export interface ReadMember {
  readonly name: string;
  readonly bytes: number;
  /** To be read before the next member is asked for; what is left is passed over. */
  content(): AsyncGenerator<Buffer>;
}

/**
 * The members in order. When it ends without an error, the checksum has been verified.
 * `where` names the file in messages. Errors of the source pass through.
 * @throws BundleError NOT_A_BUNDLE, NEWER_FORMAT, TRUNCATED, CORRUPT, TOO_LARGE
 */
export async function* readBundle(
  source: AsyncIterable<Uint8Array>,
  where: string,
): AsyncGenerator<ReadMember> {
  const input = new BundleInput(source, where);
  try {
    readName(await input.line(), input);
    for (let members = 0; ; members++) {
      const checksum = input.checksum();
      const line = readLine(await input.line(), input);
      if (line.name === END) {
        if (!('sha256' in line) || line.sha256 !== checksum)
          throw input.failed('CORRUPT', 'its checksum does not match');
        if (!(await input.isOver())) throw input.failed('CORRUPT', 'more follows after its end');
        return;
      }
      if (!('bytes' in line)) throw input.failed('CORRUPT', 'a member of it has no size');
      if (members >= MAX_MEMBERS) throw input.failed('TOO_LARGE', `it has more than ${MAX_MEMBERS} members`);
      if (line.bytes > MAX_MEMBER_BYTES) throw input.failed('TOO_LARGE', `${line.name} in it is too large`);
      const content = input.take(line.bytes);
      yield { ...line, content: () => content };
      for await (const _ of content);
    }
  } finally {
    await input.close();
  }
}

function readName(line: string, input: BundleInput): void {
  const format = new RegExp(`^${BUNDLE_NAME} (\\d{1,9})$`).exec(line)?.[1];
  if (format === undefined) throw input.failed('NOT_A_BUNDLE', 'it is no bundle of advisories');
  if (Number(format) === BUNDLE_FORMAT) return;
  throw input.failed(
    'NEWER_FORMAT',
    `it has format ${format}, and this version of clearstory reads ${BUNDLE_FORMAT}; a newer version is needed`,
  );
}

function readLine(text: string, input: BundleInput): MemberLine | EndLine {
  try {
    const line = JSON.parse(text) as Partial<MemberLine & EndLine> | null;
    const isSize = Number.isSafeInteger(line?.bytes) && (line?.bytes ?? -1) >= 0;
    if (typeof line?.name === 'string' && (isSize || typeof line.sha256 === 'string')) {
      return line as MemberLine | EndLine;
    }
  } catch {
    // Said below.
  }
  throw input.failed('CORRUPT', 'it is damaged');
}

/** The source, cut into lines and members, and hashed on the way. */
class BundleInput {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #where: string;
  readonly #hash: Hash = createHash('sha256');
  #rest: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>, where: string) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#where = where;
  }

  failed(code: BundleErrorCode, what: string): BundleError {
    const advice = code === 'NOT_A_BUNDLE' || code === 'NEWER_FORMAT' ? '' : '; carry it over again';
    return new BundleError(code, `${this.#where}: ${what}${advice}`);
  }

  /** Of everything taken so far. */
  checksum(): string {
    return this.#hash.copy().digest('hex');
  }

  async line(): Promise<string> {
    const pieces: Uint8Array[] = [];
    for (let length = 0; length <= MAX_LINE_BYTES; ) {
      if (!(await this.#fill())) throw this.failed('TRUNCATED', 'it ends early');
      const end = this.#rest.indexOf(0x0a);
      const piece = this.#use(end < 0 ? this.#rest.length : end + 1);
      pieces.push(piece);
      length += piece.length;
      if (end >= 0) return Buffer.concat(pieces).toString('utf8', 0, length - 1);
    }
    throw this.failed('CORRUPT', 'it is damaged');
  }

  async *take(bytes: number): AsyncGenerator<Buffer> {
    for (let left = bytes; left > 0; ) {
      if (!(await this.#fill())) throw this.failed('TRUNCATED', 'it ends early');
      const piece = this.#use(Math.min(left, this.#rest.length));
      left -= piece.length;
      yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    }
  }

  async isOver(): Promise<boolean> {
    return !(await this.#fill());
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  #use(length: number): Uint8Array {
    const piece = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    this.#hash.update(piece);
    return piece;
  }

  /** False at the end of the source. */
  async #fill(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#iterator.next();
      if (done) return false;
      this.#rest = value;
    }
    return true;
  }
}
