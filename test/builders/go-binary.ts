// Writes the build information of a Go program for tests, in the form of Go 1.18 and later.

const SENTINEL = Buffer.from('0123456789abcdef');

/** `lines` as `go version -m` prints them, tab-separated. */
export function buildGoInfo(version: string, lines: readonly string[]): Buffer {
  const header = Buffer.alloc(32);
  header.write('\xff Go buildinf:', 0, 'latin1');
  header[14] = 8; // pointer size
  header[15] = 2; // strings in place
  const modules = Buffer.concat([SENTINEL, Buffer.from(lines.map((line) => `${line}\n`).join('')), SENTINEL]);
  return Buffer.concat([header, withLength(Buffer.from(version)), withLength(modules)]);
}

function withLength(bytes: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) {
      length.push(rest);
      break;
    }
    length.push((rest % 128) + 128);
  }
  return Buffer.concat([Buffer.from(length), bytes]);
}
