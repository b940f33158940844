// Finds the module list that the Go linker leaves in every program.
import type { Dependency } from '../../model/dependency.ts';

/** Stands before it, on a multiple of 16: https://github.com/golang/go/blob/master/src/debug/buildinfo/buildinfo.go */
const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1');
const POINTER_SIZE_OFFSET = 14;
const FLAGS_OFFSET = 15;
const HEADER_BYTES = 16;
/** The strings follow in place (Go 1.18 and later); before that pointers did, which need the loaded program. */
const INLINE_STRINGS = 2;
const MAX_FLAGS = 3;
const STRINGS_OFFSET = 32;

/** Of the largest programs the list has some hundred kilobytes. */
const MAX_INFO_BYTES = 2 * 1024 * 1024;

/** The linker puts 16 bytes before and after the list that are no text. */
const SENTINEL_BYTES = 16;

/** Takes the bytes of a program in order and keeps the list alone. */
export class GoBuildInfoReader {
  /** The last bytes seen, in case a header straddles two chunks. */
  #tail: Buffer = Buffer.alloc(0);
  #info: Buffer[] | undefined;
  #infoBytes = 0;

  write(chunk: Buffer): void {
    if (this.#info) {
      if (this.#infoBytes < MAX_INFO_BYTES) this.#keep(chunk);
      return;
    }
    const seam = Buffer.concat([this.#tail, chunk.subarray(0, HEADER_BYTES - 1)]);
    const straddling = findHeader(seam);
    const at = straddling < 0 ? findHeader(chunk) : straddling - this.#tail.length;
    if (straddling >= 0 || at >= 0) {
      this.#info = [];
      if (at < 0) this.#keep(this.#tail.subarray(at));
      this.#keep(chunk.subarray(Math.max(0, at)));
      return;
    }
    const end = chunk.length >= HEADER_BYTES ? chunk : Buffer.concat([this.#tail, chunk]);
    this.#tail = Buffer.from(end.subarray(Math.max(0, end.length - HEADER_BYTES + 1)));
  }

  /** `undefined` for what is not a Go program, or one that was built before Go 1.18. */
  end(): Dependency[] | undefined {
    return this.#info && parseBuildInfo(Buffer.concat(this.#info));
  }

  #keep(bytes: Buffer): void {
    const kept = Buffer.from(bytes.subarray(0, MAX_INFO_BYTES - this.#infoBytes));
    this.#info?.push(kept);
    this.#infoBytes += kept.length;
  }
}

/** Programs that look for the magic themselves, as `go` does, hold it as a constant too, with other bytes behind. */
function findHeader(bytes: Buffer): number {
  for (let at = bytes.indexOf(MAGIC); at >= 0; at = bytes.indexOf(MAGIC, at + 1)) {
    const pointerSize = bytes[at + POINTER_SIZE_OFFSET];
    const flags = bytes[at + FLAGS_OFFSET];
    if ((pointerSize === 4 || pointerSize === 8) && flags !== undefined && flags <= MAX_FLAGS) return at;
  }
  return -1;
}

function parseBuildInfo(info: Buffer): Dependency[] | undefined {
  if (info.length < STRINGS_OFFSET || (info[FLAGS_OFFSET]! & INLINE_STRINGS) === 0) return undefined;
  const version = readString(info, STRINGS_OFFSET);
  const modules = version && readString(info, version.end);
  if (!version || !modules) return undefined;
  const go = /^go(\d+\.\d+(?:\.\d+)?\S*)/.exec(version.text.toString('utf8'))?.[1];
  const list = modules.text.subarray(SENTINEL_BYTES, -SENTINEL_BYTES).toString('utf8');
  return [
    ...(go === undefined ? [] : [{ ecosystem: 'golang' as const, name: 'stdlib', version: go }]),
    ...parseModules(list),
  ];
}

/** A length as unsigned varint, then as many bytes. */
function readString(info: Buffer, offset: number): { text: Buffer; end: number } | undefined {
  let length = 0;
  let at = offset;
  for (let shift = 0; ; shift += 7) {
    const byte = info[at++];
    if (byte === undefined || shift > 28) return undefined;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return at + length <= info.length ? { text: info.subarray(at, at + length), end: at + length } : undefined;
}

/** Lines of tab-separated words: `mod` and `dep` with path and version, `=>` with what replaces the line before. */
function parseModules(list: string): Dependency[] {
  const modules: Dependency[] = [];
  for (const line of list.split('\n')) {
    const [kind, name, version] = line.split('\t');
    if (!name || (kind !== 'mod' && kind !== 'dep' && kind !== '=>')) continue;
    if (kind === '=>') modules.pop();
    modules.push({ ecosystem: 'golang', name, version: version ?? '' });
  }
  // What was built from a folder has no version that could be compared.
  return modules.filter(({ version }) => /^v\d/.test(version));
}
