// Reads what a layer removes from those below it, as Windows keeps it on disk.
import { DirectoryTree } from '../directory-tree.ts';
import { ImageError } from '../image-error.ts';

/** A path takes some hundred bytes; a layer that removes a whole Windows lists some 10^5 of them. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Paths of the whiteouts that say the same as `tombstones.txt`, given as `name` in `folder`. Throws ImageError
 * `UNREADABLE`, `TOO_LARGE` or `INVALID_DOCUMENT`.
 */
export async function readTombstones(folder: string, name: string): Promise<string[]> {
  const bytes = await new DirectoryTree(folder, 'layer').read(name, MAX_BYTES);
  const [version, ...lines] = bytes
    .toString()
    .replace(/^\ufeff/, '')
    .split(/\r?\n/);
  if (version !== 'Version 1.0') {
    throw new ImageError(
      'INVALID_DOCUMENT',
      `${name} in the layer ${folder} does not begin with Version 1.0; copy the folder again`,
    );
  }
  return lines.flatMap(whiteout);
}

/** Paths are below `Files` when they begin with a backslash, as Windows writes them, and otherwise may name it. */
function whiteout(line: string): string[] {
  const parts = line.split('\\').filter((part) => part !== '');
  if (!line.startsWith('\\') && parts[0]?.toLowerCase() === 'files') parts.shift();
  const removed = parts.pop();
  return removed === undefined ? [] : [['Files', ...parts, `.wh.${removed}`].join('/')];
}
