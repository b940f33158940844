// Writes version resources for tests, as a resource compiler does.

export interface VersionSpec {
  /** "a.b.c.d" of VS_FIXEDFILEINFO; default "1.0.0.0". */
  file?: string;
  /** Default: `file`. */
  product?: string;
  /** One string table; see `stringTables` for more. */
  strings?: Readonly<Record<string, string>>;
  /** String tables by their key, such as `{ '040904B0': { … } }`; replaces `strings`. */
  stringTables?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Language of the resource itself; default 0x0409. */
  language?: number;
  /** Zero bytes between blocks beyond what alignment asks for, a multiple of four; default 0. */
  extraPadding?: number;
}

/** The content of a version resource, VS_VERSIONINFO. */
export function buildVersionResource(spec: VersionSpec = {}): Buffer {
  const padding = Buffer.alloc(spec.extraPadding ?? 0);
  const tables = Object.entries(spec.stringTables ?? (spec.strings ? { '040904B0': spec.strings } : {}));
  const children = tables.length === 0 ? [] : [stringFileInfo(tables, padding), varFileInfo(padding)];
  return block('VS_VERSION_INFO', 0, fixedFileInfo(spec), 52, children, padding);
}

function stringFileInfo(
  tables: readonly (readonly [string, Readonly<Record<string, string>>])[],
  padding: Buffer,
): Buffer {
  const built = tables.map(([key, strings]) => {
    const children = Object.entries(strings).map(([name, text]) => {
      const value = utf16(text);
      return block(name, 1, value, value.length / 2, [], padding);
    });
    return block(key, 1, Buffer.alloc(0), 0, children, padding);
  });
  return block('StringFileInfo', 1, Buffer.alloc(0), 0, built, padding);
}

function varFileInfo(padding: Buffer): Buffer {
  const translation = block('Translation', 0, Buffer.from([0x09, 0x04, 0xb0, 0x04]), 4, [], padding);
  return block('VarFileInfo', 1, Buffer.alloc(0), 0, [translation], padding);
}

function fixedFileInfo(spec: VersionSpec): Buffer {
  const file = spec.file ?? '1.0.0.0';
  const info = Buffer.alloc(52);
  info.writeUInt32LE(0xfeef04bd, 0);
  info.writeUInt32LE(0x0001_0000, 4);
  for (const [index, version] of [file, spec.product ?? file].entries()) {
    const [a = 0, b = 0, c = 0, d = 0] = version.split('.').map(Number);
    info.writeUInt32LE(a * 0x10000 + b, 8 + index * 8);
    info.writeUInt32LE(c * 0x10000 + d, 12 + index * 8);
  }
  return info;
}

/** Length, value length, type, key and value, then the blocks within; each part begins on a multiple of four. */
function block(
  key: string,
  type: number,
  value: Buffer,
  valueLength: number,
  children: readonly Buffer[],
  padding: Buffer,
): Buffer {
  const parts = [aligned(Buffer.concat([Buffer.alloc(6), utf16(key)])), value];
  for (const child of children) {
    parts.splice(0, parts.length, aligned(Buffer.concat(parts)), padding, child);
  }
  const built = Buffer.concat(parts);
  built.writeUInt16LE(built.length, 0);
  built.writeUInt16LE(valueLength, 2);
  built.writeUInt16LE(type, 4);
  return built;
}

function utf16(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'utf16le');
}

function aligned(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
