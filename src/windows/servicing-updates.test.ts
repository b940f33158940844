// KBs of an image: states, parts and parents, and what only looks like a KB.
import { expect, test } from 'vitest';
import type { ServicingPackage, ServicingState } from '../model/inventory.ts';
import type { ServicingManifest } from '../model/layer-facts.ts';
import { readUpdates } from './servicing-updates.ts';

const TAIL = '~31bf3856ad364e35~amd64~~10.0.1.8';

const installed = (name: string, state: ServicingState = 'installed'): ServicingPackage => ({
  identity: name + TAIL,
  version: '10.0.1.8',
  state,
});

const manifest = (name: string, identifier: string, children: readonly string[] = []): ServicingManifest => ({
  path: `Files/Windows/servicing/Packages/${name}.mum`,
  identity: name + TAIL,
  identifier,
  children: children.map((child) => child + TAIL),
});

test('from names, whole updates and parts of them', () => {
  const updates = readUpdates(
    [
      installed('Package_for_KB4470788'),
      installed('Package_2_for_KB5012345'),
      installed('Package_1_for_KB5012345'),
      installed('OpenSSH-Client-Package'),
    ],
    new Map(),
    [],
  );
  expect(updates).toEqual([
    { kb: 'KB4470788', state: 'installed', packages: [`Package_for_KB4470788${TAIL}`], parents: [] },
    {
      kb: 'KB5012345',
      state: 'installed',
      packages: [`Package_1_for_KB5012345${TAIL}`, `Package_2_for_KB5012345${TAIL}`],
      parents: [],
    },
  ]);
});

test('a manifest tells the KB that the name of its package does not', () => {
  const updates = readUpdates([installed('Package_for_RollupFix', 'superseded')], new Map(), [
    manifest('Package_for_RollupFix', 'KB5034129'),
  ]);
  expect(updates.map(({ kb, state }) => [kb, state])).toEqual([['KB5034129', 'superseded']]);
});

test('the furthest state of its packages is the update’s; a manifest alone says staged', () => {
  const updates = readUpdates(
    [installed('Package_1_for_KB5000001', 'superseded'), installed('Package_2_for_KB5000001')],
    new Map(),
    [manifest('Package_for_KB5000002', 'KB5000002')],
  );
  expect(updates.map(({ kb, state }) => [kb, state])).toEqual([
    ['KB5000001', 'installed'],
    ['KB5000002', 'staged'],
  ]);
});

test.each(['KB777778', 'kb777777', 'Feature', ''])('%j of a feature on demand is no update', (identifier) => {
  const packages = [installed('OpenSSH-Client-Package')];
  expect(readUpdates(packages, new Map(), [manifest('OpenSSH-Client-Package', identifier)])).toEqual([]);
});

test('parents come from manifests and from owners in the registry', () => {
  const packages = [
    installed('Package_for_DotNetRollup'),
    installed('Package_for_KB5027123'),
    installed('Package_for_KB5027124'),
  ];
  const owners = new Map([[`Package_for_KB5027124${TAIL}`, [`Package_for_DotNetRollup${TAIL}`]]]);
  const updates = readUpdates(packages, owners, [
    manifest('Package_for_DotNetRollup', 'KB5027536', ['Package_for_KB5027123']),
  ]);
  expect(updates.map(({ kb, parents }) => [kb, parents])).toEqual([
    ['KB5027123', ['KB5027536']],
    ['KB5027124', ['KB5027536']],
    ['KB5027536', []],
  ]);
});
