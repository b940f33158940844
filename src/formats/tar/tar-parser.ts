// A push parser for tar archives: give it the bytes as they come, it calls back for each entry.

import { BodyCollector } from './body-collector.ts';
import { addPaxRecords } from './pax-records.ts';
import { entryType, hasData, type TarEntry, type TarSink } from './tar-entry.ts';
import { TarError } from './tar-error.ts';
import { BLOCK_SIZE, readLinkName, readName, readSize, readTypeFlag, verifyHeader } from './tar-header.ts';

/** A PAX record or long name is a path or a security descriptor; 1 MiB is what node-tar allows as well. */
const MAX_EXTENDED_HEADER_BYTES = 1024 * 1024;

/** NTFS paths have at most 32,767 UTF-16 units. */
const MAX_PATH_LENGTH = 32 * 1024;

/** A Server Core base layer has some 10^5 entries; twenty times as many is not an image any more. */
const MAX_ENTRIES = 2_000_000;

/** Records about one file only; in a global header they would rename or resize all that follow. */
const PER_FILE_KEYS = ['path', 'linkpath', 'size'];

const SPARSE_KEYS = ['GNU.sparse.major', 'GNU.sparse.size', 'GNU.sparse.numblocks', 'GNU.sparse.map'];

const NO_PAX: ReadonlyMap<string, string> = new Map();

/**
 * Parses a tar archive as Go's archive/tar does, because that is what unpacks images on a Windows host, and a
 * scanner must not see another tree than the runtime: v7, ustar, star and GNU headers, PAX local and global
 * records, GNU long names. Everything after the end-of-archive blocks is ignored; an archive without them
 * is accepted when it ends between two entries.
 *
 * `write` and `end` throw TarError, and whatever the callback or a sink throws; a parser that has thrown is spent.
 */
export class TarParser {
  readonly #onEntry: (entry: TarEntry) => TarSink | undefined;
  #entries = 0;
  /** Bytes of the archive consumed so far. */
  #position = 0;

  /** A header block that arrives in pieces. */
  readonly #partialHeader = Buffer.alloc(BLOCK_SIZE);
  #partialHeaderBytes = 0;
  #zeroBlocks = 0;

  /** What the block at hand still has: data, then padding up to the next multiple of 512. */
  #dataLeft = 0;
  #paddingLeft = 0;
  #sink: TarSink | undefined;

  /** Extended headers waiting for the entry they describe. */
  #localPax: Map<string, string> | undefined;
  #globalPax: ReadonlyMap<string, string> = NO_PAX;
  #globalPaxBytes = 0;
  #longName: string | undefined;
  #longLink: string | undefined;

  constructor(onEntry: (entry: TarEntry) => TarSink | undefined) {
    this.#onEntry = onEntry;
  }

  /** Number of entries seen, extended headers not counted. */
  get entries(): number {
    return this.#entries;
  }

  /**
   * Number of bytes, from here on, that the parser would only count: data without a sink, and padding. The reader
   * of a file may jump over as many and report that by `skip`.
   */
  get skippableBytes(): number {
    if (this.#dataLeft === 0) return this.#paddingLeft;
    return this.#sink === undefined ? this.#dataLeft + this.#paddingLeft : 0;
  }

  /** Reports that the next `bytes` bytes, at most `skippableBytes`, were jumped over. */
  skip(bytes: number): void {
    if (bytes > this.skippableBytes) throw new RangeError('more bytes skipped than are skippable');
    const data = Math.min(bytes, this.#dataLeft);
    this.#dataLeft -= data;
    this.#paddingLeft -= bytes - data;
    this.#position += bytes;
  }

  write(chunk: Buffer): void {
    let start = 0;
    while (start < chunk.length) {
      if (this.#dataLeft > 0) start = this.#takeData(chunk, start);
      else if (this.#paddingLeft > 0) start = this.#takePadding(chunk, start);
      else if (this.#zeroBlocks < 2) start = this.#takeHeader(chunk, start);
      else return;
    }
  }

  /** To be called after the last byte. */
  end(): void {
    // Missing padding after the very last entry is tolerated, as it is by GNU tar and Go.
    if (this.#dataLeft > 0 || this.#partialHeaderBytes > 0 || this.#describesNextEntry()) {
      throw new TarError('TRUNCATED', this.#position, 'the archive ends in the middle of an entry');
    }
  }

  #takeData(chunk: Buffer, start: number): number {
    const end = Math.min(start + this.#dataLeft, chunk.length);
    const sink = this.#sink;
    if (sink !== undefined) {
      sink.write(start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end));
    }
    this.#dataLeft -= end - start;
    this.#position += end - start;
    if (this.#dataLeft === 0 && sink !== undefined) {
      this.#sink = undefined;
      sink.end();
    }
    return end;
  }

  #takePadding(chunk: Buffer, start: number): number {
    const end = Math.min(start + this.#paddingLeft, chunk.length);
    this.#paddingLeft -= end - start;
    this.#position += end - start;
    return end;
  }

  #takeHeader(chunk: Buffer, start: number): number {
    const missing = BLOCK_SIZE - this.#partialHeaderBytes;
    const end = Math.min(start + missing, chunk.length);
    this.#position += end - start;
    if (end - start === BLOCK_SIZE) {
      this.#header(chunk.subarray(start, end), this.#position - BLOCK_SIZE);
      return end;
    }
    chunk.copy(this.#partialHeader, this.#partialHeaderBytes, start, end);
    this.#partialHeaderBytes += end - start;
    if (this.#partialHeaderBytes === BLOCK_SIZE) {
      this.#partialHeaderBytes = 0;
      this.#header(this.#partialHeader, this.#position - BLOCK_SIZE);
    }
    return end;
  }

  #header(block: Buffer, offset: number): void {
    if (!verifyHeader(block, offset)) {
      this.#zeroBlocks++;
      return;
    }
    if (this.#zeroBlocks > 0) {
      throw new TarError('BAD_HEADER', offset, 'the archive continues after a single zero block');
    }
    const typeFlag = readTypeFlag(block);
    if (typeFlag === 'S') throw sparse(offset);
    const onBody = this.#extendedHeader(typeFlag, offset);
    if (onBody === undefined) this.#startEntry(block, typeFlag, offset);
    else this.#startExtendedHeader(block, offset, onBody);
  }

  /** What to do with the body of an extended header; `undefined` for an entry. */
  #extendedHeader(typeFlag: string, offset: number): ((body: Buffer) => void) | undefined {
    switch (typeFlag) {
      case 'x':
        return (body) => {
          this.#localPax = new Map(this.#globalPax);
          addPaxRecords(this.#localPax, body, offset);
        };
      case 'g':
        return (body) => this.#addGlobalPax(body, offset);
      case 'L':
        return (body) => {
          this.#longName = untilNul(body);
        };
      case 'K':
        return (body) => {
          this.#longLink = untilNul(body);
        };
      default:
        return undefined;
    }
  }

  #startExtendedHeader(block: Buffer, offset: number, onBody: (body: Buffer) => void): void {
    const sizeBytes = readSize(block, offset);
    if (sizeBytes > MAX_EXTENDED_HEADER_BYTES) {
      throw new TarError(
        'TOO_LARGE',
        offset,
        `an extended header of ${sizeBytes} bytes is over the limit of 1 MiB`,
      );
    }
    this.#startData(sizeBytes, new BodyCollector(sizeBytes, onBody));
  }

  #addGlobalPax(body: Buffer, offset: number): void {
    this.#globalPaxBytes += body.length;
    if (this.#globalPaxBytes > MAX_EXTENDED_HEADER_BYTES) {
      throw new TarError(
        'TOO_LARGE',
        offset,
        'the global extended headers together are over the limit of 1 MiB',
      );
    }
    const records = new Map(this.#globalPax);
    addPaxRecords(records, body, offset);
    for (const key of PER_FILE_KEYS) records.delete(key);
    this.#globalPax = records;
  }

  #startEntry(block: Buffer, typeFlag: string, offset: number): void {
    if (++this.#entries > MAX_ENTRIES) {
      throw new TarError('TOO_MANY_ENTRIES', offset, `the archive has more than ${MAX_ENTRIES} entries`);
    }
    const pax = this.#localPax ?? this.#globalPax;
    if (pax.size > 0 && SPARSE_KEYS.some((key) => pax.has(key))) throw sparse(offset);

    const path = checkedPath(this.#longName ?? pax.get('path') ?? readName(block), offset);
    const type = entryType(typeFlag, path);
    const sizeBytes = hasData(typeFlag) ? (paxSize(pax, offset) ?? readSize(block, offset)) : 0;
    const entry: TarEntry = { path, type, sizeBytes, pax, offset };
    if (type === 'symlink' || type === 'hardlink') {
      entry.linkPath = checkedPath(this.#longLink ?? pax.get('linkpath') ?? readLinkName(block), offset);
    }
    this.#localPax = undefined;
    this.#longName = undefined;
    this.#longLink = undefined;
    this.#startData(sizeBytes, this.#onEntry(entry));
  }

  #startData(sizeBytes: number, sink: TarSink | undefined): void {
    this.#dataLeft = sizeBytes;
    this.#paddingLeft = (BLOCK_SIZE - (sizeBytes % BLOCK_SIZE)) % BLOCK_SIZE;
    if (sizeBytes === 0) sink?.end();
    else this.#sink = sink;
  }

  #describesNextEntry(): boolean {
    return this.#localPax !== undefined || this.#longName !== undefined || this.#longLink !== undefined;
  }
}

function paxSize(pax: ReadonlyMap<string, string>, offset: number): number | undefined {
  const text = pax.get('size');
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new TarError('BAD_HEADER', offset, 'the PAX size is not a number');
  const size = Number(text);
  if (!Number.isSafeInteger(size))
    throw new TarError('TOO_LARGE', offset, 'the PAX size is over 2^53 - 1 bytes');
  return size;
}

function checkedPath(path: string, offset: number): string {
  if (path.length <= MAX_PATH_LENGTH) return path;
  throw new TarError('TOO_LARGE', offset, `a path of ${path.length} characters is over the limit of 32,768`);
}

function untilNul(body: Buffer): string {
  const nul = body.indexOf(0);
  return body.toString('utf8', 0, nul === -1 ? body.length : nul);
}

function sparse(offset: number): TarError {
  return new TarError(
    'UNSUPPORTED',
    offset,
    'GNU sparse files are not supported; write the archive without --sparse',
  );
}
