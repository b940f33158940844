// The operating system as a package of the inventory, versioned 10.0.build.revision.
import type { InventoryPackage, OperatingSystem } from '../model/inventory.ts';
import { formatWindowsVersion } from '../model/windows-version.ts';
import { microsoftPurl } from './microsoft-purl.ts';

/** One image holds one operating system, so the id is a constant. */
export const OS_PACKAGE_ID = 'os';

export function operatingSystemPackage(os: OperatingSystem): InventoryPackage {
  const version = formatWindowsVersion(os);
  const slug = os.name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const qualifiers = os.architecture === undefined ? undefined : { arch: os.architecture };
  return {
    id: OS_PACKAGE_ID,
    name: os.installationType === undefined ? os.name : `${os.name} (${os.installationType})`,
    version,
    kind: 'os',
    purl: microsoftPurl(slug, version, qualifiers),
    introducedIn: os.introducedIn,
    evidence: os.evidence,
  };
}
