// Whether a layer is of Windows, by the first names in it.
import { decompress } from '../../../formats/compression/decompress.ts';
import { TarParser } from '../../../formats/tar/tar-parser.ts';
import { parseLayerPath } from '../../../layers/layer-path.ts';

/** `empty`: it has no entries, and says nothing. `unreadable`: it is no archive; whoever reads it whole will say why. */
export type PeekedPlatform = 'windows' | 'other' | 'empty' | 'unreadable';

/** The roots of Windows layers; whatever else lies at the root of one, these come among the first. */
const WINDOWS_ROOT = /^(?:FILES|HIVES|UTILITYVM)(?:\/|$)/;

/** Windows tools begin with `Files`; a few names more are for tools that sort in their own way. */
const MAX_NAMES = 64;

/** So many unpacked bytes are looked through for them: of a Linux layer this is a program or two. */
const MAX_BYTES = 1024 * 1024;

/** Throws what the source throws. */
export async function peekPlatform(source: AsyncIterable<Uint8Array>): Promise<PeekedPlatform> {
  let names = 0;
  let isWindows = false;
  const parser = new TarParser(({ path: raw }) => {
    const { path } = parseLayerPath(raw);
    if (path !== '') names++;
    if (names <= MAX_NAMES && isWindowsPath(path)) isWindows = true;
    return undefined;
  });
  const failure = new SourceFailure();
  let bytes = 0;
  try {
    for await (const chunk of decompress(failure.watch(source))) {
      for (let at = 0; at < chunk.length && !isWindows && names < MAX_NAMES; at += STEP) {
        parser.write(chunk.subarray(at, at + STEP));
      }
      bytes += chunk.length;
      if (isWindows) return 'windows';
      if (names >= MAX_NAMES || bytes >= MAX_BYTES) return names > 0 ? 'other' : 'unreadable';
    }
    parser.end();
  } catch (error) {
    if (failure.is(error)) throw error;
    if (isWindows) return 'windows';
    return 'unreadable';
  }
  return names > 0 ? 'other' : 'empty';
}

/** `path` is canonical. */
export function isWindowsPath(path: string): boolean {
  return WINDOWS_ROOT.test(path);
}

/** Chunks have up to a megabyte; after the first name nothing more is needed of them. */
const STEP = 16 * 1024;

/** Tells failures of the source from those of what is in it. */
class SourceFailure {
  #error: unknown;

  async *watch(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* source;
    } catch (error) {
      this.#error = error;
      throw error;
    }
  }

  is(error: unknown): boolean {
    return this.#error !== undefined && error === this.#error;
  }
}
