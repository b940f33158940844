import { expect, test } from 'vitest';
import { dword, hiveFromPaths, sz, tombstone } from '../../test/builders/hive.ts';
import { buildImageContent } from '../../test/builders/image-content.ts';
import { UNINSTALL } from '../../test/builders/windows-image.ts';
import type { Digest } from '../base/digest.ts';
import { openHive } from '../formats/regf/hive.ts';
import { readPrograms } from './programs.ts';
import { extractKeys } from './registry/extract.ts';
import { REGISTRY_INTERESTS } from './registry/interests.ts';
import { mergeLayer, standalone } from './registry/merge.ts';

const digestOf = (layer: number): Digest => `sha256:${String(layer).repeat(64)}`;

const keys = (...hive: Parameters<typeof hiveFromPaths>) =>
  extractKeys(openHive(hiveFromPaths(...hive)), 'SOFTWARE', REGISTRY_INTERESTS);

test('programs of both views, from the layer that named them, patches told apart, without what was removed', () => {
  const base = standalone(
    keys({
      [`${UNINSTALL}\\Kept`]: [
        sz('DisplayName', 'Kept'),
        sz('DisplayVersion', '1.0'),
        dword('SystemComponent', 1),
      ],
      [`${UNINSTALL}\\Gone`]: [sz('DisplayName', 'Gone')],
      [`${UNINSTALL}\\Nameless`]: [sz('DisplayVersion', '1.0')],
      [`${UNINSTALL}\\Patch`]: [sz('DisplayName', 'Patch'), sz('ParentKeyName', 'Kept')],
      [`${UNINSTALL}\\Hotfix`]: [sz('DisplayName', 'Hotfix'), sz('ReleaseType', 'Hotfix')],
    }),
    0,
  );
  const software = mergeLayer(
    base,
    keys(
      {
        [`${UNINSTALL}\\kept`]: [sz('DisplayVersion', '2.0'), tombstone('Publisher')],
        [`${UNINSTALL}\\Gone`]: [],
        [`WOW6432Node\\${UNINSTALL}\\Kept`]: [sz('DisplayName', 'Kept'), sz('DisplayVersion', '3.0')],
      },
      { layered: true, semantics: { [`${UNINSTALL}\\Gone`]: 'tombstone' } },
    ),
    1,
  );
  const programs = readPrograms({
    ...buildImageContent(),
    software,
    layers: { digest: digestOf, hivePath: () => 'hive' },
  });
  expect(programs.map(({ id, name, version }) => [id, name, version])).toEqual([
    ['program:64:Hotfix', 'Hotfix', ''],
    ['program:32:Kept', 'Kept', '3.0'],
    ['program:64:Kept', 'Kept', '2.0'],
    ['program:64:Patch', 'Patch', ''],
  ]);
  expect(programs.map(({ kind }) => kind)).toEqual(['update', 'program', 'program', 'update']);
  expect(programs.map((program) => program.introducedIn)).toEqual([0, 1, 0, 0].map(digestOf));
  expect(programs[2]?.evidence.find(({ value }) => value === 'DisplayVersion')?.layer).toBe(digestOf(1));
});
