// Finds what hard links of a layer stand for: in what was read already, in the same layer, or in one below.
import type { FileNames, LayerContent, LinkFact } from '../model/layer-facts.ts';
import { filePaths } from './file-names.ts';
import { parseLayerPath } from './layer-path.ts';
import type { CollectedFacts } from './layer-reader.ts';
import { PENDING_FILE } from './readers/pending-servicing.ts';

const COMPONENT_STORE = 'FILES/WINDOWS/WINSXS/';

/**
 * Files outside the component store are often hard links to files in it. So programs in it are read in passing,
 * but kept only under their names outside.
 */
export function inComponentStore(path: string): boolean {
  return path.startsWith(COMPONENT_STORE) && path !== PENDING_FILE;
}

export interface ResolvedLinks {
  readonly content: CollectedFacts;
  /** Their target lies in the same layer and was not read: no layer that Windows tools write has any. */
  readonly again: readonly LinkFact[];
  /** Their target must lie in a lower layer. */
  readonly below: readonly LinkFact[];
}

/** `seen`: canonical paths of all files of the layer that carry data. */
export function resolveWithin(
  links: readonly LinkFact[],
  read: CollectedFacts,
  seen: ReadonlySet<string>,
): ResolvedLinks {
  const files = read.files.filter((file) => !inComponentStore(file.path));
  const content = { ...read, files };
  const open = links.length > 0 ? copyKnown(links, read, content) : [];
  const spelled = new Set(files.map((file) => file.spelling));
  content.warnings = read.warnings.filter(
    ({ path }) => spelled.has(path) || !inComponentStore(parseLayerPath(path).path),
  );
  return {
    content,
    // Every file below Files was looked into, so one that is not known is no program.
    again: open.filter(({ target, byName }) => seen.has(target) && (byName || !target.startsWith('FILES/'))),
    below: open.filter(({ target }) => !seen.has(target)),
  };
}

/**
 * Copies into `into` what the facts of a lower layer say of the targets. Returns the links that only another
 * look at its bytes can resolve.
 */
export function resolveBelow(
  links: readonly LinkFact[],
  lower: LayerContent & { readonly names: FileNames },
  into: CollectedFacts,
): LinkFact[] {
  const open = copyKnown(links, lower, into);
  if (open.length === 0) return [];
  const present = new Set([...filePaths(lower.names)].map((path) => parseLayerPath(path).path));
  // Outside the component store every program of a layer is known: what lies there and is not known is none.
  return open.filter(({ target, byName }) => byName || !present.has(target));
}

/** Returns the links that `from` does not know. */
function copyKnown(links: readonly LinkFact[], from: LayerContent, into: CollectedFacts): LinkFact[] {
  const files = new Map(from.files.map((file) => [file.path, file]));
  const dependencyFiles = new Map(from.dependencyFiles.map((file) => [file.path, file]));
  return links.filter(({ path, target, byName }) => {
    const dependencyFile = byName ? dependencyFiles.get(target) : undefined;
    const file = files.get(target);
    if (dependencyFile) into.dependencyFiles.push({ ...dependencyFile, path });
    else if (file) into.files.push({ ...file, path });
    return !dependencyFile && !file;
  });
}
