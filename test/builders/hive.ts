// Writes registry hives for tests: full ones and differencing ones, as Windows lays them out.
import { foldName } from '../../src/formats/regf/registry-name.ts';
import type { LayerSemantics } from '../../src/model/registry.ts';

export interface KeySpec {
  name: string;
  /** Only in layered hives. */
  semantics?: LayerSemantics;
  inheritClass?: boolean;
  values?: readonly ValueSpec[];
  subkeys?: readonly KeySpec[];
  /** Default `lh`, and `ri` over lists of `lh` for more than 500 subkeys. */
  list?: 'lf' | 'lh' | 'li' | 'ri';
}

export interface ValueSpec {
  name: string;
  type: number;
  data: Buffer;
  tombstone?: boolean;
}

export interface HiveSpec {
  root: KeySpec;
  /** A differencing hive: version 1.6 and the flag in the header. */
  layered?: boolean;
  /** Default 5, or 6 when layered. */
  minor?: number;
  /** Default 1; a hive whose two numbers differ was not closed properly. */
  primarySequence?: number;
  secondarySequence?: number;
}

export const sz = (name: string, text: string): ValueSpec =>
  value(name, 1, Buffer.from(`${text}\0`, 'utf16le'));
export const binary = (name: string, data: Uint8Array): ValueSpec => value(name, 3, Buffer.from(data));
export const multiSz = (name: string, texts: readonly string[]): ValueSpec =>
  value(name, 7, Buffer.from([...texts, ''].map((text) => `${text}\0`).join(''), 'utf16le'));
export const tombstone = (name: string): ValueSpec => ({
  ...value(name, 0, Buffer.alloc(0)),
  tombstone: true,
});

export function dword(name: string, number: number): ValueSpec {
  const data = Buffer.alloc(4);
  data.writeUInt32LE(number);
  return value(name, 4, data);
}

export function value(name: string, type: number, data: Buffer): ValueSpec {
  return { name, type, data };
}

/**
 * A hive whose keys are given by path, with backslashes; the empty path is the root. Keys on the way are made,
 * merging and inheriting.
 */
export function hiveFromPaths(
  paths: Readonly<Record<string, readonly ValueSpec[]>>,
  options: Omit<HiveSpec, 'root'> & { semantics?: Readonly<Record<string, LayerSemantics>> } = {},
): Buffer {
  interface Growing extends KeySpec {
    values: ValueSpec[];
    subkeys: Growing[];
  }
  const grow = (name: string): Growing => ({ name, inheritClass: true, values: [], subkeys: [] });
  const root = grow('ROOT');
  const known = new Map([['', root]]);
  const find = (path: string): Growing => {
    const folded = foldName(path);
    let key = known.get(folded);
    if (key) return key;
    const end = path.lastIndexOf('\\');
    key = grow(path.slice(end + 1));
    find(path.slice(0, Math.max(0, end))).subkeys.push(key);
    known.set(folded, key);
    return key;
  };
  for (const [path, values] of Object.entries(paths)) find(path).values.push(...values);
  const { semantics, ...rest } = options;
  for (const [path, how] of Object.entries(semantics ?? {})) find(path).semantics = how;
  return buildHive({ root, ...rest });
}

const BASE_BLOCK = 4096;
const NONE = 0xffffffff;
const SEGMENT = 16344;
const MAX_LIST = 500;
const SEMANTICS: readonly LayerSemantics[] = ['merge', 'tombstone', 'supersede-local', 'supersede-tree'];

export function buildHive(spec: HiveSpec): Buffer {
  const minor = spec.minor ?? (spec.layered ? 6 : 5);
  const writer = new HiveWriter(minor, spec.layered ?? false);
  const root = writer.key(spec.root, NONE, true);
  const bins = writer.finish();
  const header = Buffer.alloc(BASE_BLOCK);
  header.write('regf', 'latin1');
  header.writeUInt32LE(spec.primarySequence ?? 1, 4);
  header.writeUInt32LE(spec.secondarySequence ?? spec.primarySequence ?? 1, 8);
  header.writeUInt32LE(1, 20);
  header.writeUInt32LE(minor, 24);
  header.writeUInt32LE(1, 32);
  header.writeUInt32LE(root, 36);
  header.writeUInt32LE(bins.length, 40);
  header.writeUInt32LE(1, 44);
  if (spec.layered) header.writeUInt32LE(0x2, 144);
  return Buffer.concat([sealHeader(header), bins]);
}

/** Writes the checksum of a base block. */
export function sealHeader(header: Buffer): Buffer {
  let sum = 0;
  for (let at = 0; at < 508; at += 4) sum ^= header.readUInt32LE(at);
  sum >>>= 0;
  header.writeUInt32LE(sum === 0xffffffff ? 0xfffffffe : sum || 1, 508);
  return header;
}

/** One big bin of cells, written front to back; a key is written before its subkeys and completed after them. */
class HiveWriter {
  #bytes = Buffer.alloc(1 << 16);
  #end = 32;
  readonly #minor: number;
  readonly #layered: boolean;
  #security: number | undefined;
  #keys = 0;

  constructor(minor: number, layered: boolean) {
    this.#minor = minor;
    this.#layered = layered;
  }

  key(spec: KeySpec, parent: number, isRoot = false): number {
    const { raw, isLatin1 } = encodeName(spec.name);
    const offset = this.#cell(76 + raw.length);
    const at = offset + 4;
    this.#bytes.write('nk', at, 'latin1');
    this.#bytes.writeUInt16LE((isRoot ? 0x0c : 0) | (isLatin1 ? 0x20 : 0), at + 2);
    if (this.#layered) {
      const semantics = SEMANTICS.indexOf(spec.semantics ?? 'merge');
      this.#bytes.writeUInt8(semantics | (spec.inheritClass ? 0x80 : 0), at + 13);
    }
    this.#bytes.writeUInt32LE(parent, at + 16);
    raw.copy(this.#bytes, at + 76);
    this.#bytes.writeUInt16LE(raw.length, at + 72);
    for (const field of [28, 32, 40, 48]) this.#bytes.writeUInt32LE(NONE, at + field);

    const values = (spec.values ?? []).map((each) => this.#value(each));
    const valueList = values.length > 0 ? this.#offsets(values) : NONE;
    const subkeys = sorted(spec.subkeys ?? []);
    const offsets = subkeys.map((each) => this.key(each, offset));
    const subkeyList = subkeys.length > 0 ? this.#list(subkeys, offsets, spec.list) : NONE;
    this.#bytes.writeUInt32LE(subkeys.length, at + 20);
    this.#bytes.writeUInt32LE(subkeyList, at + 28);
    this.#bytes.writeUInt32LE(values.length, at + 36);
    this.#bytes.writeUInt32LE(valueList, at + 40);
    this.#keys++;
    this.#security ??= this.#securityCell();
    this.#bytes.writeUInt32LE(this.#security, at + 44);
    return offset;
  }

  /** All cells, filled up to whole pages by one free cell. */
  finish(): Buffer {
    const size = Math.ceil((this.#end + 8) / 4096) * 4096;
    this.#grow(size);
    this.#bytes.writeInt32LE(size - this.#end, this.#end);
    // All keys share one security record, which counts them.
    if (this.#security !== undefined) this.#bytes.writeUInt32LE(this.#keys, this.#security + 4 + 12);
    this.#bytes.write('hbin', 0, 'latin1');
    this.#bytes.writeUInt32LE(size, 8);
    return this.#bytes.subarray(0, size);
  }

  #value(spec: ValueSpec): number {
    const { raw, isLatin1 } = encodeName(spec.name);
    const isInline = spec.data.length <= 4;
    const data = spec.tombstone ? NONE : isInline ? 0 : this.#data(spec.data);
    const offset = this.#cell(20 + raw.length);
    const at = offset + 4;
    this.#bytes.write('vk', at, 'latin1');
    this.#bytes.writeUInt16LE(raw.length, at + 2);
    this.#bytes.writeUInt32LE(spec.tombstone ? 0 : spec.data.length + (isInline ? 0x80000000 : 0), at + 4);
    this.#bytes.writeUInt32LE(data, at + 8);
    if (isInline && !spec.tombstone) spec.data.copy(this.#bytes, at + 8);
    this.#bytes.writeUInt32LE(spec.type, at + 12);
    this.#bytes.writeUInt16LE((isLatin1 ? 0x1 : 0) | (spec.tombstone ? 0x2 : 0), at + 16);
    raw.copy(this.#bytes, at + 20);
    return offset;
  }

  #data(data: Buffer): number {
    if (data.length <= SEGMENT || this.#minor <= 3) return this.#filled(data);
    const segments: number[] = [];
    for (let from = 0; from < data.length; from += SEGMENT) {
      // Windows leaves four bytes after a full segment.
      segments.push(this.#filled(Buffer.concat([data.subarray(from, from + SEGMENT), Buffer.alloc(4)])));
    }
    const record = Buffer.alloc(8);
    record.write('db', 'latin1');
    record.writeUInt16LE(segments.length, 2);
    record.writeUInt32LE(this.#offsets(segments), 4);
    return this.#filled(record);
  }

  #list(keys: readonly KeySpec[], offsets: readonly number[], kind: KeySpec['list']): number {
    if (kind !== 'ri' && (kind !== undefined || keys.length <= MAX_LIST))
      return this.#leaf(keys, offsets, kind ?? 'lh');
    const size = kind === 'ri' ? Math.max(1, Math.ceil(keys.length / 2)) : MAX_LIST;
    const leaves: number[] = [];
    for (let from = 0; from < keys.length; from += size) {
      leaves.push(this.#leaf(keys.slice(from, from + size), offsets.slice(from, from + size), 'lh'));
    }
    return this.#records(
      'ri',
      leaves.map((leaf) => [leaf]),
    );
  }

  #leaf(keys: readonly KeySpec[], offsets: readonly number[], kind: 'lf' | 'lh' | 'li'): number {
    if (kind === 'li')
      return this.#records(
        kind,
        offsets.map((offset) => [offset]),
      );
    const second = kind === 'lh' ? nameHash : nameHint;
    return this.#records(
      kind,
      offsets.map((offset, index) => [offset, second(keys[index]!.name)]),
    );
  }

  #records(signature: string, elements: readonly (readonly number[])[]): number {
    const words = elements.flat();
    const offset = this.#cell(4 + words.length * 4);
    this.#bytes.write(signature, offset + 4, 'latin1');
    this.#bytes.writeUInt16LE(elements.length, offset + 6);
    for (const [index, word] of words.entries()) this.#bytes.writeUInt32LE(word, offset + 8 + index * 4);
    return offset;
  }

  #offsets(offsets: readonly number[]): number {
    const cell = this.#cell(offsets.length * 4);
    for (const [index, offset] of offsets.entries()) this.#bytes.writeUInt32LE(offset, cell + 4 + index * 4);
    return cell;
  }

  #securityCell(): number {
    const descriptor = Buffer.from('0100048000000000000000000000000000000000', 'hex');
    const record = Buffer.alloc(20 + descriptor.length);
    record.write('sk', 'latin1');
    record.writeUInt32LE(1, 12);
    record.writeUInt32LE(descriptor.length, 16);
    descriptor.copy(record, 20);
    const offset = this.#filled(record);
    this.#bytes.writeUInt32LE(offset, offset + 8);
    this.#bytes.writeUInt32LE(offset, offset + 12);
    return offset;
  }

  #filled(content: Buffer): number {
    const offset = this.#cell(content.length);
    content.copy(this.#bytes, offset + 4);
    return offset;
  }

  /** Offset of a new cell in use; its content starts four bytes later. */
  #cell(contentBytes: number): number {
    const size = Math.ceil((contentBytes + 4) / 8) * 8;
    const offset = this.#end;
    this.#grow(offset + size);
    this.#bytes.writeInt32LE(-size, offset);
    this.#end = offset + size;
    return offset;
  }

  #grow(size: number): void {
    if (size <= this.#bytes.length) return;
    const larger = Buffer.alloc(Math.max(size, this.#bytes.length * 2));
    this.#bytes.copy(larger);
    this.#bytes = larger;
  }
}

const LATIN1 = /^[\0-\xff]*$/;

function encodeName(name: string): { raw: Buffer; isLatin1: boolean } {
  const isLatin1 = LATIN1.test(name);
  return { raw: Buffer.from(name, isLatin1 ? 'latin1' : 'utf16le'), isLatin1 };
}

/** In the order of folded names, which Windows searches by halves. */
function sorted(keys: readonly KeySpec[]): KeySpec[] {
  return keys
    .map((key) => ({ key, folded: foldName(key.name) }))
    .sort((a, b) => (a.folded < b.folded ? -1 : a.folded > b.folded ? 1 : 0))
    .map(({ key }) => key);
}

function nameHash(name: string): number {
  let hash = 0;
  const folded = foldName(name);
  for (let index = 0; index < folded.length; index++) {
    hash = (Math.imul(hash, 37) + folded.charCodeAt(index)) >>> 0;
  }
  return hash;
}

/** The first four characters. */
function nameHint(name: string): number {
  return Buffer.from(`${name}\0\0\0\0`, 'latin1').readUInt32LE(0);
}
