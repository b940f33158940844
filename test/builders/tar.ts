// Writes tar archives for tests: the entries of a Windows layer as Go's archive/tar writes them, and odd ones.

export interface TarEntrySpec {
  path: string;
  /** One character; default '0', a regular file. */
  typeFlag?: string;
  content?: string | Uint8Array;
  linkPath?: string;
  /** Records of a PAX header before the entry; `path` and `linkpath` are added when they do not fit the header. */
  pax?: Readonly<Record<string, string>>;
  /** Size to state in the header when it shall differ from the content's. */
  statedSize?: number;
}

export interface TarOptions {
  /** How names that do not fit go in: PAX records (default) or GNU 'L' and 'K' entries. */
  longNames?: 'pax' | 'gnu';
  /** Zero blocks at the end; default 2. */
  endBlocks?: number;
}

/** A regular file. `attributes` become `MSWINDOWS.*` records: `{ fileattr: '32' }`. */
export function file(
  path: string,
  content: string | Uint8Array = '',
  attributes?: Readonly<Record<string, string>>,
): TarEntrySpec {
  return { path, content, ...windowsPax(attributes) };
}

export function directory(path: string, attributes?: Readonly<Record<string, string>>): TarEntrySpec {
  return { path, typeFlag: '5', ...windowsPax(attributes) };
}

export function symlink(
  path: string,
  linkPath: string,
  attributes?: Readonly<Record<string, string>>,
): TarEntrySpec {
  return { path, typeFlag: '2', linkPath, ...windowsPax(attributes) };
}

/** A further name of an earlier entry, whose path `linkPath` gives in full. */
export function hardlink(path: string, linkPath: string): TarEntrySpec {
  return { path, typeFlag: '1', linkPath };
}

/** The marker that removes `path` of a lower layer. */
export function whiteout(path: string): TarEntrySpec {
  const slash = path.lastIndexOf('/') + 1;
  return { path: `${path.slice(0, slash)}.wh.${path.slice(slash)}` };
}

/** A tar archive of `entries`. */
export function buildTar(entries: readonly TarEntrySpec[], options: TarOptions = {}): Buffer {
  const blocks = entries.flatMap((entry) => entryBlocks(entry, options));
  return Buffer.concat([...blocks, Buffer.alloc((options.endBlocks ?? 2) * 512)]);
}

/** The body of a PAX header: "<length> <key>=<value>\n" for each record. */
export function paxBody(records: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(Object.entries(records).map(([key, value]) => paxRecord(key, value)));
}

/** A single header block; fields as they are to be, the checksum computed. */
export function tarHeader(fields: {
  name: string;
  typeFlag: string;
  size: number;
  linkName?: string;
  prefix?: string;
  /** Eight bytes, 'ustar\0' + '00' or GNU's 'ustar  \0'. */
  magic?: string;
}): Buffer {
  const block = Buffer.alloc(512);
  block.write(fields.name, 0, 100);
  block.write('0000644\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  writeSize(block, fields.size);
  block.write('00000000000\0', 136);
  block.write(fields.typeFlag, 156, 1, 'latin1');
  block.write(fields.linkName ?? '', 157, 100);
  block.write(fields.magic ?? 'ustar\x0000', 257, 'latin1');
  block.write(fields.prefix ?? '', 345, 155);
  return sealHeader(block);
}

/** Computes and sets the checksum of a header block, in place. */
export function sealHeader(block: Buffer): Buffer {
  block.fill(' ', 148, 156);
  const sum = block.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function windowsPax(attributes: Readonly<Record<string, string>> | undefined): Pick<TarEntrySpec, 'pax'> {
  if (attributes === undefined) return {};
  return {
    pax: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [`MSWINDOWS.${key}`, value])),
  };
}

function entryBlocks(entry: TarEntrySpec, options: TarOptions): Buffer[] {
  const content = Buffer.from(entry.content ?? '');
  const pax: Record<string, string> = { ...entry.pax };
  const blocks: Buffer[] = [];
  for (const [name, key, gnuType] of [
    [entry.path, 'path', 'L'],
    [entry.linkPath ?? '', 'linkpath', 'K'],
  ] as const) {
    if (fitsHeader(name) || key in pax) continue;
    if (options.longNames === 'gnu') blocks.push(...metaBlocks(gnuType, Buffer.from(`${name}\0`)));
    else pax[key] = name;
  }
  if (Object.keys(pax).length > 0) blocks.push(...metaBlocks('x', paxBody(pax)));
  const header = tarHeader({
    name: entry.path,
    typeFlag: entry.typeFlag ?? '0',
    size: entry.statedSize ?? content.length,
    linkName: entry.linkPath ?? '',
    magic: options.longNames === 'gnu' ? 'ustar  \0' : 'ustar\x0000',
  });
  return [...blocks, header, ...dataBlocks(content)];
}

/** Go writes PAX for everything that is not ASCII or longer than the field. */
function fitsHeader(name: string): boolean {
  return name.length <= 100 && /^[\x20-\x7e]*$/.test(name);
}

function metaBlocks(typeFlag: string, body: Buffer): Buffer[] {
  const name = typeFlag === 'x' ? 'PaxHeaders.0/entry' : '././@LongLink';
  return [tarHeader({ name, typeFlag, size: body.length }), ...dataBlocks(body)];
}

function dataBlocks(content: Buffer): Buffer[] {
  return [content, Buffer.alloc((512 - (content.length % 512)) % 512)];
}

function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  // The length counts its own digits.
  let length = rest + 1;
  while (String(length).length + rest !== length) length = String(length).length + rest;
  return Buffer.from(`${length} ${key}=${value}\n`);
}

function writeSize(block: Buffer, size: number): void {
  if (size < 8 ** 11) {
    block.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
    return;
  }
  block[124] = 0x80;
  block.writeBigUInt64BE(BigInt(size), 128);
}
