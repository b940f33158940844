// Installed programs and their updates: the Uninstall keys of both registry views and of users, and Windows Installer.
import type { Evidence, InventoryPackage } from '../model/inventory.ts';
import type { HiveName } from '../model/layer-facts.ts';
import { type LayerNames, registryEvidence } from './evidence.ts';
import type { ImageContent } from './image-content.ts';
import { microsoftPurl } from './microsoft-purl.ts';
import { recognise } from './recognised-programs.ts';
import { findKey, textOf } from './registry/lookup.ts';
import type { MergedKey } from './registry/merge.ts';

const UNINSTALL = 'Microsoft\\Windows\\CurrentVersion\\Uninstall';

/** Entries of this kind patch another entry and are no program of their own. */
const PATCH_RELEASES = new Set(['Security Update', 'Update', 'Update Rollup', 'Hotfix', 'Service Pack']);

/** One list of programs, as `Apps & features` would merge it from several. */
interface View {
  /** First part of the ids. */
  readonly name: string;
  readonly hive: HiveName;
  readonly root: MergedKey | undefined;
  readonly key: string;
  readonly layers: LayerNames;
}

/** By name, then id. An entry without a display name is hidden from every list of programs, so from ours. */
export function readPrograms(content: ImageContent): InventoryPackage[] {
  const programs = viewsOf(content).flatMap((view) =>
    [...(findKey(view.root, view.key)?.keys.values() ?? [])].flatMap((key) => readEntry(view, key)),
  );
  return programs.sort((a, b) => compareText(a.name, b.name) || compareText(a.id, b.id));
}

function viewsOf({ software, layers, users }: ImageContent): View[] {
  const machine = { hive: 'SOFTWARE', root: software, layers } as const;
  return [
    { ...machine, name: '64', key: UNINSTALL },
    { ...machine, name: '32', key: `WOW6432Node\\${UNINSTALL}` },
    ...users.map(({ user, ...registry }) => ({
      ...registry,
      name: `user-${user.toLowerCase()}`,
      key: `Software\\${UNINSTALL}`,
    })),
  ];
}

function readEntry(view: View, key: MergedKey): InventoryPackage[] {
  const name = textOf(key, 'DisplayName');
  if (!name) return [];
  const version = textOf(key, 'DisplayVersion') ?? '';
  const isUpdate = textOf(key, 'ParentKeyName') || PATCH_RELEASES.has(textOf(key, 'ReleaseType') ?? '');
  const match = isUpdate ? undefined : recognise(name, version);
  const evidence = entryEvidence(view, key);
  return [
    {
      id: `program:${view.name}:${key.name}`,
      name,
      version,
      kind: isUpdate ? 'update' : match ? 'product' : 'program',
      purl: match && microsoftPurl(match.family, version),
      introducedIn: evidence[0]?.layer,
      evidence,
      ...(match ? { match } : {}),
    },
  ];
}

function entryEvidence({ root, hive, key: path, layers }: View, key: MergedKey): Evidence[] {
  return ['DisplayName', 'DisplayVersion', 'Publisher', 'ParentKeyName'].flatMap(
    (value) => registryEvidence(root, hive, `${path}\\${key.name}`, value, layers) ?? [],
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
