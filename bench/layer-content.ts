// Makes the content of a big layer: many small files and a few large ones, compressible as real ones are.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Digest } from '../src/base/digest.ts';
import { buildPe } from '../test/builders/pe.ts';
import { buildTar, file, type TarEntrySpec } from '../test/builders/tar.ts';

/** In the component store, and outside it: as many entries as a base of Server Core has at most. */
const STORED_FILES = 105_000;
const PROJECTED_FILES = 40_000;
/** Of those outside, programs with a version resource. */
const PROGRAMS = 6_000;
const LARGE_FILES = 8;
const LARGE_BYTES = 40 * 1024 * 1024;

/** Windows metadata as every real entry carries it. */
const ATTRIBUTES = {
  fileattr: '32',
  rawsd: 'AQAUgBQAAAAkAAAAAAAAADQAAAABAgAAAAAABSAAAAAgAgAAAQEAAAAAAAUSAAAAAgAsAAEAAAA=',
};

export interface BigLayer {
  /** Of the uncompressed tar. */
  readonly diffId: Digest;
  readonly uncompressedBytes: number;
}

/** Writes a gzip-compressed layer of about 1.4 GB uncompressed, with `first` in front. */
export async function writeBigLayer(path: string, first: readonly TarEntrySpec[]): Promise<BigLayer> {
  const hash = createHash('sha256');
  let uncompressedBytes = 0;
  const hashed = function* (): Generator<Buffer> {
    for (const part of tarParts(first)) {
      hash.update(part);
      uncompressedBytes += part.length;
      yield part;
    }
  };
  const gzip = createGzip({ level: 6, chunkSize: 1024 * 1024 });
  await pipeline(Readable.from(hashed()), gzip, createWriteStream(path));
  return { diffId: `sha256:${hash.digest('hex')}`, uncompressedBytes };
}

function* tarParts(first: readonly TarEntrySpec[]): Generator<Buffer> {
  const noise = new Noise(20260706);
  yield buildTar(first, { endBlocks: 0 });
  for (let index = 0; index < PROJECTED_FILES; index++) {
    const folder = `Files/Windows/System32/Folder${index % 400}`;
    const size = Math.min(400_000, Math.round(Math.exp(8 + noise.normal() * 1.3)));
    const isProgram = index < PROGRAMS;
    const content = isProgram ? program(index, noise.content(size)) : noise.content(size);
    const name = `file${index}.${isProgram ? 'dll' : 'dat'}`;
    yield buildTar([file(`${folder}/${name}`, content, ATTRIBUTES)], { endBlocks: 0 });
  }
  for (let index = 0; index < STORED_FILES; index++) {
    const folder = `Files/Windows/WinSxS/amd64_microsoft-windows-component${index % 5000}_31bf3856ad364e35_10.0.20348.2322_none_${String(index).padStart(16, '0')}`;
    const size = Math.min(400_000, Math.round(Math.exp(8 + noise.normal() * 1.3)));
    yield buildTar([file(`${folder}/file${index}.dll`, noise.content(size), ATTRIBUTES)], { endBlocks: 0 });
  }
  for (let index = 0; index < LARGE_FILES; index++) {
    yield buildTar([file(`Files/Windows/large${index}.dat`, noise.content(LARGE_BYTES), ATTRIBUTES)], {
      endBlocks: 0,
    });
  }
  yield buildTar([]);
}

/** The resources of a program follow its code. */
function program(index: number, code: Buffer): Buffer {
  const version = `10.0.20348.${index % 2322}`;
  const strings = {
    FileVersion: `${version} (WinBuild.160101.0800)`,
    ProductVersion: version,
    ProductName: 'Microsoft\u00ae Windows\u00ae Operating System',
    CompanyName: 'Microsoft Corporation',
    OriginalFilename: `file${index}.dll`,
  };
  const built = buildPe({ textBytes: code.length, versions: [{ file: version, product: version, strings }] });
  code.copy(built, built.indexOf(Buffer.alloc(16, 0xcc)));
  return built;
}

/** A repeatable source of bytes, a third of them unpredictable: about 3:1 with gzip, as Windows files are. */
class Noise {
  #state: number;
  readonly #words: Buffer[] = [];

  constructor(seed: number) {
    this.#state = seed;
    for (let index = 0; index < 512; index++) {
      this.#words.push(Buffer.from(Array.from({ length: 12 + (index % 20) }, () => this.#next() & 0xff)));
    }
  }

  content(size: number): Buffer {
    const bytes = Buffer.allocUnsafe(size);
    let at = 0;
    while (at < size) {
      at += this.#words[this.#next() & 511]!.copy(bytes, at);
      for (let index = 0; index < 5 && at < size; index++) bytes[at++] = this.#next() & 0xff;
    }
    return bytes;
  }

  /** Roughly normal, mean 0, deviation 1. */
  normal(): number {
    let sum = -6;
    for (let index = 0; index < 12; index++) sum += this.#next() / 2 ** 32;
    return sum;
  }

  /** xorshift32. */
  #next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    this.#state >>>= 0;
    return this.#state;
  }
}
