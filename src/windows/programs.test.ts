import { expect, test } from 'vitest';
import { dword, hiveFromPaths, sz, tombstone } from '../../test/builders/hive.ts';
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

test('programs of both views, from the layer that named them, without patches and without what was removed', () => {
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
  const programs = readPrograms(software, { digest: digestOf, hivePath: () => 'hive' });
  expect(programs.map(({ id, name, version }) => [id, name, version])).toEqual([
    ['program:32:Kept', 'Kept', '3.0'],
    ['program:64:Kept', 'Kept', '2.0'],
  ]);
  expect(programs.map((program) => program.introducedIn)).toEqual([digestOf(1), digestOf(0)]);
  expect(programs[1]?.evidence.find(({ value }) => value === 'DisplayVersion')?.layer).toBe(digestOf(1));
});
