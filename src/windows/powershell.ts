// PowerShell 6 and later, a product of its own: installed by MSI, zip or as a .NET tool, anywhere.
import type { InventoryPackage } from '../model/inventory.ts';
import type { FileFacts } from '../model/layer-facts.ts';
import { fileEvidence, type ImageContent, type Placed } from './image-content.ts';
import { microsoftPurl } from './microsoft-purl.ts';

/** Whose ProductVersion is PowerShell's, the best witness first: `7.4.1 SHA: 1a2b…+1a2b…`. */
const WITNESSES = ['PWSH.DLL', 'SYSTEM.MANAGEMENT.AUTOMATION.DLL', 'PWSH.EXE'];
const VERSION = /^(\d+)\.(\d+)\.\d+(?:-[0-9A-Za-z.]+)?/;

export function readPowerShell(content: ImageContent): InventoryPackage[] {
  return [...powerShellFolders(content)].flatMap(([folder, witness]) => {
    const stated = witness.fact.pe?.productVersion ?? '';
    const [version, major, minor] = VERSION.exec(stated) ?? [];
    if (version === undefined) return [];
    return [
      {
        id: powerShellId(folder),
        name: 'PowerShell',
        version,
        kind: 'product' as const,
        purl: microsoftPurl('powershell', version),
        introducedIn: witness.layer,
        evidence: [fileEvidence(witness.fact.spelling, witness.layer, stated)],
        match: { by: 'product', family: 'powershell', line: `${major}.${minor}` } as const,
      },
    ];
  });
}

export function powerShellId(folder: string): string {
  return `powershell:${folder.toLowerCase()}`;
}

/** By canonical path of the folder that holds pwsh, the file that tells the version. */
export function powerShellFolders({ files }: Pick<ImageContent, 'files'>): Map<string, Placed<FileFacts>> {
  const folders = new Map<string, Placed<FileFacts>>();
  for (const path of files.keys()) {
    if (!path.endsWith('/PWSH.DLL') && !path.endsWith('/PWSH.EXE')) continue;
    const folder = path.slice(0, path.lastIndexOf('/'));
    if (folders.has(folder)) continue;
    for (const name of WITNESSES) {
      const witness = files.get(`${folder}/${name}`);
      if (witness && VERSION.test(witness.fact.pe?.productVersion ?? '')) {
        folders.set(folder, witness);
        break;
      }
    }
  }
  return folders;
}
