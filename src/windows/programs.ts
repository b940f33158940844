// Installed programs: the Uninstall keys of both registry views.
import type { InventoryPackage } from '../model/inventory.ts';
import { type LayerNames, registryEvidence } from './evidence.ts';
import { findKey, textOf } from './registry/lookup.ts';
import type { MergedKey } from './registry/merge.ts';

const VIEWS = [
  'Microsoft\\Windows\\CurrentVersion\\Uninstall',
  'WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall',
];

/** Entries of this kind patch another entry and are no program of their own. */
const PATCH_RELEASES = new Set(['Security Update', 'Update', 'Update Rollup', 'Hotfix', 'Service Pack']);

/** By name, then version. An entry without a display name is hidden from every list of programs, so from ours. */
export function readPrograms(software: MergedKey | undefined, layers: LayerNames): InventoryPackage[] {
  const programs = VIEWS.flatMap((view) =>
    [...(findKey(software, view)?.keys.values() ?? [])].flatMap((key) =>
      readProgram(software, view, key, layers),
    ),
  );
  return programs.sort((a, b) => compareText(a.name, b.name) || compareText(a.id, b.id));
}

function readProgram(
  software: MergedKey | undefined,
  view: string,
  key: MergedKey,
  layers: LayerNames,
): InventoryPackage[] {
  const name = textOf(key, 'DisplayName');
  if (!name) return [];
  if (textOf(key, 'ParentKeyName') || PATCH_RELEASES.has(textOf(key, 'ReleaseType') ?? '')) return [];
  const path = `${view}\\${key.name}`;
  const evidence = ['DisplayName', 'DisplayVersion', 'Publisher'].flatMap(
    (value) => registryEvidence(software, 'SOFTWARE', path, value, layers) ?? [],
  );
  return [
    {
      id: `program:${view.startsWith('WOW') ? '32' : '64'}:${key.name}`,
      name,
      version: textOf(key, 'DisplayVersion') ?? '',
      kind: 'program',
      purl: undefined,
      introducedIn: evidence[0]?.layer,
      evidence,
    },
  ];
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
