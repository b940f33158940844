// Reads a whole tar archive with the parser under test, for assertions.
import type { TarEntry } from '../../src/formats/tar/tar-entry.ts';
import { TarParser } from '../../src/formats/tar/tar-parser.ts';

export interface ReadEntry extends TarEntry {
  content: string;
}

/** Entries of `archive` with their contents as Latin-1 text, the bytes given to the parser in `pieces`. */
export function readTar(archive: Buffer, pieces: readonly number[] = []): ReadEntry[] {
  const entries: ReadEntry[] = [];
  const parser = new TarParser((entry) => {
    const read: ReadEntry = { ...entry, content: '' };
    let ended = false;
    entries.push(read);
    return {
      write(chunk) {
        if (ended) throw new Error('data after the end of the entry');
        read.content += chunk.toString('latin1');
      },
      end() {
        if (ended) throw new Error('entry ended twice');
        ended = true;
      },
    };
  });
  let start = 0;
  for (const length of pieces) {
    parser.write(archive.subarray(start, start + length));
    start += length;
  }
  parser.write(archive.subarray(start));
  parser.end();
  return entries;
}
