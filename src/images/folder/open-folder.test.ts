// What `dir:` says of a folder before its layers are read.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeFiles } from '../../../test/builders/image.ts';
import { openImage } from '../../../test/builders/open-image.ts';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';

/** The uppermost folder of a chain of `parents`, alone. */
function top(parents: readonly string[], files: readonly string[]): string {
  const root = temporaryDirectory();
  const chain = JSON.stringify(parents.map((name) => `C:\\layers\\${name}`));
  writeFiles(join(root, 'top'), new Map(files.map((path) => [path, Buffer.from('content')])));
  writeFiles(join(root, 'top'), new Map([['layerchain.json', Buffer.from(chain)]]));
  return join(root, 'top');
}

test('a whole chain needs no notice', async () => {
  const image = await openImage(`dir:${top([], ['Files/x'])}`);
  expect(image).not.toHaveProperty('notices');
  expect(image).toMatchObject({ digest: undefined, config: { os: 'windows' }, layers: [{ foreign: false }] });
});

test('a chain with a gap says whether there is a registry at all', async () => {
  const merged = await openImage(`dir:${top(['base'], ['Hives/Software_Base'])}`);
  expect(merged.notices).toEqual([
    {
      code: 'LAYERS_ABSENT',
      message: expect.stringMatching(/^1 lower layer of the chain \(base\) is not read.*registry is whole/),
      uncertain: true,
    },
  ]);
  const bare = await openImage(`dir:${top(['update', 'base'], ['Files/x'])}`);
  expect(bare.notices).toEqual([
    {
      code: 'LAYERS_ABSENT',
      message: expect.stringMatching(
        /^2 lower layers of the chain \(update, …\) are not read, because update.*registry and files are missing/,
      ),
      uncertain: true,
    },
  ]);
});

test('a folder has no platforms to choose from', async () => {
  const platform = { os: 'windows', architecture: 'amd64' };
  await expect(openImage(`dir:${top([], ['Files/x'])}`, { selection: { platform } })).rejects.toMatchObject({
    code: 'PLATFORM_NOT_FOUND',
  });
});
