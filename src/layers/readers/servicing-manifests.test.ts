// Manifests of updates; those of features and components are left to the registry.
import { expect, test } from 'vitest';
import { layerFacts } from '../../../test/builders/layer-facts.ts';
import { buildMum } from '../../../test/builders/mum.ts';
import { file } from '../../../test/builders/tar.ts';

const FOLDER = 'Files/Windows/servicing/Packages';

test('updates with the packages they consist of, damaged ones as warnings', async () => {
  const path = `${FOLDER}/Package_for_RollupFix~31bf3856ad364e35~amd64~~20348.2322.1.8.mum`;
  const mum = buildMum({
    name: 'Package_for_RollupFix',
    identifier: 'KB5034129',
    releaseType: 'Security Update',
    children: [
      ['Package_1_for_KB5034129', '10.0.1.8'],
      ['Microsoft-Windows-Component-Package', '10.0.20348.1'],
    ],
  });
  const { servicingManifests, warnings } = await layerFacts([
    file(path, mum),
    file(`${FOLDER}/Package_for_KB1~~~~.mum`, '<assembly>'),
    file(`${FOLDER}/OpenSSH-Client-Package~31bf3856ad364e35~amd64~~10.0.1.1.mum`, buildMum()),
    file('Files/elsewhere/Package_for_KB2.mum', buildMum()),
  ]);
  expect(servicingManifests).toEqual([
    {
      path,
      identity: 'Package_for_RollupFix~31bf3856ad364e35~amd64~~20348.2322.1.8',
      identifier: 'KB5034129',
      releaseType: 'Security Update',
      children: ['Package_1_for_KB5034129~31bf3856ad364e35~amd64~~10.0.1.8'],
    },
  ]);
  expect(warnings).toEqual([
    { path: `${FOLDER}/Package_for_KB1~~~~.mum`, reason: expect.stringContaining('not well-formed') },
  ]);
});
