import { expect, test } from 'vitest';
import { dword, hiveFromPaths } from '../../../test/builders/hive.ts';
import { CURRENT_VERSION } from '../../../test/builders/windows-image.ts';
import { nothingCollected } from '../layer-reader.ts';
import { RegistryHives } from './registry-hives.ts';

const MIB = 1024 * 1024;
const open = { primarySequence: 3, secondarySequence: 2 };

test('a hive waits for its logs only while there is room for all that wait; then it is read without', () => {
  const hives = new RegistryHives();
  const read = (name: string, sizeMib: number, content: Buffer) => {
    const spelling = `Files/Users/${name}`;
    const sink = hives.open({ path: spelling.toUpperCase(), spelling, sizeBytes: sizeMib * MIB });
    // The rest of it is never looked at, so that it need not be written.
    sink?.write(content);
    sink?.end();
  };
  const hive = hiveFromPaths({ [CURRENT_VERSION]: [dword('UBR', 1)] }, open);
  for (const user of ['a', 'b', 'c']) read(`${user}/NTUSER.DAT`, 200, hive);
  read('d/NTUSER.DAT.LOG1', 60, Buffer.alloc(512));
  read('d/NTUSER.DAT.LOG2', 60, Buffer.alloc(512));
  const facts = nothingCollected();
  hives.finish(facts);
  expect(facts.hives.map(({ state, root }) => [state, root !== undefined])).toEqual([
    ['dirty', true],
    ['dirty', true],
    ['dirty', true],
  ]);
  const reason = expect.stringMatching(/over 512 MiB/);
  expect(facts.warnings).toEqual([
    { path: 'Files/Users/c/NTUSER.DAT', reason },
    { path: 'Files/Users/d/NTUSER.DAT.LOG2', reason },
  ]);
});
