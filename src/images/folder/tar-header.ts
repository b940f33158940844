// Writes tar headers (POSIX.1-2001 pax interchange format), for folders that are read as if they were layers.

const BLOCK = 512;

/** What the fields of a plain header hold; beyond that a pax header goes before it. */
const MAX_NAME_BYTES = 100;
const MAX_SIZE = 8 * 1024 ** 3 - 1;

export interface TarMember {
  /** Forward slashes. */
  readonly path: string;
  readonly type: 'file' | 'hardlink' | 'symlink';
  /** 0 for links. */
  readonly sizeBytes: number;
  readonly linkPath?: string;
}

const TYPE_FLAGS = { file: '0', hardlink: '1', symlink: '2' } as const;

/** The header blocks of a member. Owner, mode and time are the same for all, so that equal trees give equal bytes. */
export function tarHeader(member: TarMember): Buffer {
  const records = [
    ...record('path', isPlain(member.path) ? undefined : member.path),
    ...record('linkpath', isPlain(member.linkPath ?? '') ? undefined : member.linkPath),
    ...record('size', member.sizeBytes > MAX_SIZE ? String(member.sizeBytes) : undefined),
  ];
  const own = block(member.path, member.sizeBytes, TYPE_FLAGS[member.type], member.linkPath ?? '');
  if (records.length === 0) return own;
  const content = Buffer.concat(records);
  return Buffer.concat([block('pax', content.length, 'x', ''), content, tarPadding(content.length), own]);
}

/** What fills the last block of a member. */
export function tarPadding(sizeBytes: number): Buffer {
  return Buffer.alloc((BLOCK - (sizeBytes % BLOCK)) % BLOCK);
}

/** What ends an archive. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK);
}

function isPlain(name: string): boolean {
  return /^[\x20-\x7e]*$/.test(name) && name.length <= MAX_NAME_BYTES;
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts itself. */
function record(key: string, value: string | undefined): Buffer[] {
  if (value === undefined) return [];
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + String(bytes).length;
  if (bytes + String(length).length > length) length++;
  return [Buffer.from(`${length}${rest}`)];
}

function block(path: string, sizeBytes: number, type: string, linkPath: string): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, digits: number): void => {
    header.write(value.toString(8).padStart(digits, '0'), at, 'latin1');
  };
  Buffer.from(path).copy(header, 0, 0, MAX_NAME_BYTES);
  octal(0o644, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(Math.min(sizeBytes, MAX_SIZE), 124, 11);
  octal(0, 136, 11);
  header.write(' '.repeat(8), 148, 'latin1');
  header.write(type, 156, 'latin1');
  Buffer.from(linkPath).copy(header, 157, 0, MAX_NAME_BYTES);
  header.write('ustar\0' + '00', 257, 'latin1');
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  header.write('\0 ', 154, 'latin1');
  return header;
}
