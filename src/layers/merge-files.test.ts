// What remains of the files of lower layers.
import { expect, test } from 'vitest';
import { layerFacts } from '../../test/builders/layer-facts.ts';
import { buildPe } from '../../test/builders/pe.ts';
import { file, symlink, type TarEntrySpec, whiteout } from '../../test/builders/tar.ts';
import { FileOverlay } from './merge-files.ts';

const program = (path: string, version: string): TarEntrySpec =>
  file(path, buildPe({ versions: [{ file: version }] }));

/** Path and version of what is left, and the layer it comes from. */
async function merged(...layers: (readonly TarEntrySpec[])[]): Promise<unknown[]> {
  const facts = await Promise.all(layers.map(layerFacts));
  const files = new FileOverlay(facts).merge((layer) =>
    layer.files.map((each) => [each.path, each] as const),
  );
  return [...files].map(([path, { fact, layer }]) => [
    path,
    fact.pe?.fileVersion,
    facts.findIndex(({ digest }) => digest === layer),
  ]);
}

const LOWER = [program('Files/app/a.dll', '1.0.0.0'), program('Files/app/sub/b.dll', '1.0.0.0')];

test('the topmost counts, names compared as Windows does', async () => {
  expect(await merged(LOWER, [program('Files/APP/A.dll', '2.0.0.0')])).toEqual([
    ['FILES/APP/SUB/B.DLL', '1.0.0.0', 0],
    ['FILES/APP/A.DLL', '2.0.0.0', 1],
  ]);
});

test('a file replaced by one that says nothing is gone', async () => {
  expect(await merged(LOWER, [file('Files/app/a.dll', 'text')])).toEqual([
    ['FILES/APP/SUB/B.DLL', '1.0.0.0', 0],
  ]);
});

test('so is one replaced by a link to somewhere', async () => {
  expect(await merged(LOWER, [symlink('Files/app/a.dll', 'C:\\elsewhere.dll')])).toEqual([
    ['FILES/APP/SUB/B.DLL', '1.0.0.0', 0],
  ]);
});

test('removed alone, with its folder, or with all that is in the folder', async () => {
  expect(await merged(LOWER, [whiteout('Files/app/a.dll')])).toEqual([['FILES/APP/SUB/B.DLL', '1.0.0.0', 0]]);
  expect(await merged(LOWER, [whiteout('Files/app')])).toEqual([]);
  expect(await merged(LOWER, [whiteout('Files/app/sub')])).toEqual([['FILES/APP/A.DLL', '1.0.0.0', 0]]);
  const opaque = file('Files/app/.wh..wh..opq', '');
  expect(await merged(LOWER, [opaque, program('Files/app/c.dll', '3.0.0.0')])).toEqual([
    ['FILES/APP/C.DLL', '3.0.0.0', 1],
  ]);
});

test('what a layer removes and brings anew is there', async () => {
  expect(await merged(LOWER, [whiteout('Files/app'), program('Files/app/a.dll', '2.0.0.0')])).toEqual([
    ['FILES/APP/A.DLL', '2.0.0.0', 1],
  ]);
});
