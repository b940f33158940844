// Names inside a Windows layer, made comparable and checked for tricks.
import { foldName } from '../formats/regf/registry-name.ts';
import { LayerError } from './layer-error.ts';

export interface LayerPath {
  /** Forward slashes, no leading `./` or trailing `/`, upper-cased: NTFS does not tell case apart. */
  readonly path: string;
  /** Name of the alternate data stream, when the entry is one. */
  readonly stream: string | undefined;
}

const WINDOWS_TREES = /^(?:FILES|HIVES|UTILITYVM)(?:[\\/]|$)/;

/**
 * Nothing is ever written under these names, so a trick cannot reach the disk; but a runtime would refuse the
 * layer or see another tree than we do, so its content means nothing.
 * @throws LayerError HOSTILE_PATH for `..`, NUL and drive letters, and in the Windows trees for backslashes
 * and colons that are not a stream's.
 */
export function parseLayerPath(raw: string): LayerPath {
  const trimmed = raw.replace(/^(?:\.?\/+)+/, '').replace(/\/+$/, '');
  if (trimmed.includes('\0')) throw hostile(raw, 'holds a NUL character');
  if (/(?:^|[\\/])\.\.(?:[\\/]|$)/.test(trimmed)) throw hostile(raw, 'climbs out of the layer with ".."');
  if (/^[A-Za-z]:/.test(trimmed)) throw hostile(raw, 'begins with a drive letter');
  const path = foldName(trimmed === '.' ? '' : trimmed);
  if (!WINDOWS_TREES.test(path)) return { path, stream: undefined };
  if (path.includes('\\')) throw hostile(raw, 'holds a backslash');
  const colon = path.indexOf(':');
  if (colon < 0) return { path, stream: undefined };
  if (path.indexOf('/', colon) >= 0) throw hostile(raw, 'has a colon in a folder name');
  if (path[colon - 1] === '/') throw hostile(raw, 'names a stream of no file');
  return { path: path.slice(0, colon), stream: path.slice(colon + 1) };
}

/** Removal markers of the OCI image spec: `.wh.NAME` beside it, `.wh..wh..opq` for all that is in the folder. */
export function whiteoutTarget(path: string): string | undefined {
  const slash = path.lastIndexOf('/') + 1;
  const name = path.slice(slash);
  if (!name.startsWith('.WH.')) return undefined;
  if (name === '.WH..WH..OPQ') return `${path.slice(0, slash)}*`;
  return path.slice(0, slash) + name.slice('.WH.'.length);
}

function hostile(raw: string, what: string): LayerError {
  const shown = JSON.stringify(raw.length > 200 ? `${raw.slice(0, 200)}…` : raw);
  return new LayerError('HOSTILE_PATH', `the entry ${shown} ${what}; no Windows tool writes such a layer`);
}
