// Which of the files that components of Windows are recognised by the image has.
import type { LayerFacts } from '../model/layer-facts.ts';
import { COMPONENT_WITNESSES } from '../windows/msrc-components/user-components.ts';
import { parseLayerPath } from './layer-path.ts';
import { FileOverlay } from './merge-files.ts';

/** Canonical paths, in order; `layers` are bottom first and complete. */
export function componentFiles(layers: readonly LayerFacts[]): readonly string[] {
  const present = new FileOverlay(layers).merge((layer) =>
    witnessesIn(layer).map((path) => [path, path] as const),
  );
  return [...present.keys()].sort();
}

const FOLDERS: ReadonlySet<string> = new Set([...COMPONENT_WITNESSES].map(folderOf));

/** A base has 150,000 names in some thousand folders, of which a dozen matter. */
function witnessesIn({ names }: LayerFacts): string[] {
  return Object.entries(names).flatMap(([folder, files]) => {
    const canonical = parseLayerPath(folder).path;
    if (!FOLDERS.has(canonical)) return [];
    return files
      .map((file) => `${canonical}/${parseLayerPath(file).path}`)
      .filter((path) => COMPONENT_WITNESSES.has(path));
  });
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
