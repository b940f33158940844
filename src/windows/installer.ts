// Products and patches of Windows Installer that no Uninstall entry speaks of.
import type { InventoryPackage } from '../model/inventory.ts';
import { registryEvidence } from './evidence.ts';
import type { ImageContent } from './image-content.ts';
import { findKey, numberOf, textOf } from './registry/lookup.ts';
import type { MergedKey } from './registry/merge.ts';

const USER_DATA = 'Microsoft\\Windows\\CurrentVersion\\Installer\\UserData';

/** State of a patch: 1 applied, 2 superseded, 4 obsolete. */
const APPLIED = 1;

/** `listed`: packages that the Uninstall entries gave, by the product code in their id. */
export function readInstaller(
  content: ImageContent,
  listed: readonly InventoryPackage[],
): InventoryPackage[] {
  const known = new Set(listed.map(({ id }) => id.slice(id.lastIndexOf(':') + 1).toUpperCase()));
  const users = findKey(content.software, USER_DATA)?.keys.values() ?? [];
  return [...users].flatMap((user) =>
    [...(findKey(user, 'Products')?.keys.values() ?? [])].flatMap((product) => {
      const key = `${USER_DATA}\\${user.name}\\Products\\${product.name}`;
      const code = unpackGuid(product.name);
      const own = known.has(code) ? [] : productOf(content, key, code, product);
      return [...own, ...patchesOf(content, key, code, product)];
    }),
  );
}

function productOf(content: ImageContent, key: string, code: string, product: MergedKey): InventoryPackage[] {
  const properties = findKey(product, 'InstallProperties');
  const name = textOf(properties, 'DisplayName');
  if (!name) return [];
  const evidence = ['DisplayName', 'DisplayVersion'].flatMap(
    (value) =>
      registryEvidence(content.software, 'SOFTWARE', `${key}\\InstallProperties`, value, content.layers) ??
      [],
  );
  return [
    {
      id: `installer:${code}`,
      name,
      version: textOf(properties, 'DisplayVersion') ?? '',
      kind: 'program',
      purl: undefined,
      introducedIn: evidence[0]?.layer,
      evidence,
    },
  ];
}

function patchesOf(content: ImageContent, key: string, code: string, product: MergedKey): InventoryPackage[] {
  return [...(findKey(product, 'Patches')?.keys.values() ?? [])].flatMap((patch) => {
    const name = textOf(patch, 'DisplayName');
    if (!name || (numberOf(patch, 'State') ?? APPLIED) !== APPLIED) return [];
    const evidence = registryEvidence(
      content.software,
      'SOFTWARE',
      `${key}\\Patches\\${patch.name}`,
      'DisplayName',
      content.layers,
    );
    return [
      {
        id: `patch:${code}:${unpackGuid(patch.name)}`,
        name,
        version: '',
        kind: 'update',
        purl: undefined,
        introducedIn: evidence?.layer,
        evidence: evidence ? [evidence] : [],
      },
    ];
  });
}

/** Windows Installer writes GUIDs without dashes, the digits of each part, then of each byte, the other way round. */
function unpackGuid(packed: string): string {
  if (!/^[0-9a-f]{32}$/i.test(packed)) return packed;
  const reversed = (from: number, length: number): string =>
    [...packed.slice(from, from + length)].reverse().join('');
  const bytes = (from: number, count: number): string =>
    Array.from({ length: count }, (_, index) => reversed(from + index * 2, 2)).join('');
  const parts = [reversed(0, 8), reversed(8, 4), reversed(12, 4), bytes(16, 2), bytes(20, 6)];
  return `{${parts.join('-')}}`.toUpperCase();
}
