// Parts of a full Windows installation that Microsoft's advisories list as products of their own.
import type { InventoryPackage } from '../model/inventory.ts';
import { fileEvidence, type ImageContent } from './image-content.ts';
import { OS_PACKAGE_ID } from './operating-system-package.ts';

/** By the file that is the component; it is updated with Windows. */
const COMPONENTS: readonly (readonly [path: string, name: string])[] = [
  ['MSHTML.DLL', 'Internet Explorer 11'],
  ['EDGEHTML.DLL', 'Microsoft Edge (EdgeHTML-based)'],
  ['MACROMED/FLASH/FLASH.OCX', 'Adobe Flash Player'],
  ['MSXML3.DLL', 'Microsoft XML Core Services 3.0'],
];

/** Server Core has some of the files too; the advisories list these products for full installations only. */
export function readWindowsComponents({ files }: ImageContent): InventoryPackage[] {
  return COMPONENTS.flatMap(([path, name]) => {
    const placed = files.get(`FILES/WINDOWS/SYSTEM32/${path}`);
    if (!placed) return [];
    const version = placed.fact.pe?.fileVersion ?? '';
    return [
      {
        id: `component:${name
          .toLowerCase()
          .replace(/[^a-z0-9]+/g, '-')
          .replace(/-$/, '')}`,
        name,
        version,
        kind: 'component',
        purl: undefined,
        introducedIn: placed.layer,
        evidence: [fileEvidence(placed.fact.spelling, placed.layer, version)],
        ownedBy: OS_PACKAGE_ID,
        match: { by: 'windows-component', component: name },
      },
    ];
  });
}
