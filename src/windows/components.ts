// Components of other makers that Windows brings and Microsoft services: never matched against their makers' versions.
import type { InventoryPackage } from '../model/inventory.ts';
import type { FileFacts } from '../model/layer-facts.ts';
import { registryEvidence } from './evidence.ts';
import { fileEvidence, type ImageContent } from './image-content.ts';
import { OS_PACKAGE_ID } from './operating-system-package.ts';
import { findKey, textOf } from './registry/lookup.ts';

/** By file name anywhere below the Windows folder. Fixes come with the cumulative update, often without a new version. */
const COMPONENTS: ReadonlyMap<string, string> = new Map([
  ['CURL.EXE', 'curl'],
  ['TAR.EXE', 'bsdtar'],
  ['ARCHIVEINT.DLL', 'libarchive'],
  ['WINSQLITE3.DLL', 'SQLite'],
  ['SSH.EXE', 'OpenSSH client'],
  ['SSHD.EXE', 'OpenSSH server'],
  ['LIBCRYPTO.DLL', 'LibreSSL libcrypto'],
  ['7Z.DLL', '7-Zip'],
  ['7Z.EXE', '7-Zip'],
  ['ZLIB.DLL', 'zlib'],
  ['ZLIB1.DLL', 'zlib'],
  ['LIBZSTD.DLL', 'Zstandard'],
  ['LIBCURL.DLL', 'libcurl'],
  ['LIBEXPAT.DLL', 'Expat'],
  ['LIBXML2.DLL', 'libxml2'],
]);

const WINDOWS = 'FILES/WINDOWS/';
const INETSTP = 'Microsoft\\InetStp';

export function readComponents(content: ImageContent): InventoryPackage[] {
  const components: InventoryPackage[] = [];
  for (const [path, { fact, layer }] of content.files) {
    const name = COMPONENTS.get(path.slice(path.lastIndexOf('/') + 1));
    if (name === undefined || !path.startsWith(WINDOWS)) continue;
    const version = versionOf(fact);
    components.push({
      id: `component:${path.slice(WINDOWS.length).toLowerCase()}`,
      name,
      version,
      kind: 'component',
      purl: undefined,
      introducedIn: layer,
      evidence: [fileEvidence(fact.spelling, layer, version)],
      ownedBy: OS_PACKAGE_ID,
    });
  }
  return [...components, ...internetInformationServices(content)];
}

/** The number of the component where it has one: its own makers compare that, and readers look for it. */
function versionOf({ pe }: FileFacts): string {
  const stated = /^[\dv]\S*/.exec(pe?.productVersion ?? '')?.[0];
  return stated ?? pe?.fileVersion ?? '';
}

function internetInformationServices({ software, layers }: ImageContent): InventoryPackage[] {
  const stated = textOf(findKey(software, INETSTP), 'VersionString');
  if (stated === undefined) return [];
  const evidence = registryEvidence(software, 'SOFTWARE', INETSTP, 'VersionString', layers);
  return [
    {
      id: 'component:iis',
      name: 'Internet Information Services',
      version: stated.replace(/^Version /i, ''),
      kind: 'component',
      purl: undefined,
      introducedIn: evidence?.layer,
      evidence: evidence ? [evidence] : [],
      ownedBy: OS_PACKAGE_ID,
    },
  ];
}
