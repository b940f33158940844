// Inventories made by hand, for tables of every update level.
import type {
  DotNetFramework,
  InstallationType,
  Inventory,
  InventoryPackage,
  OperatingSystem,
  ServicingUpdate,
} from '../../src/model/inventory.ts';
import { operatingSystemPackage } from '../../src/windows/operating-system-package.ts';

export interface ServerInventoryOptions {
  build: number;
  revision: number;
  installationType: InstallationType;
  updates?: readonly ServicingUpdate[];
  dotNetFramework?: DotNetFramework;
  /** Beside the operating system. */
  packages?: readonly InventoryPackage[];
}

export function serverInventory({
  build,
  revision,
  installationType,
  updates = [],
  dotNetFramework,
  packages = [],
}: ServerInventoryOptions): Inventory {
  const os: OperatingSystem = {
    name: 'Windows',
    endOfSupport: undefined,
    build,
    revision,
    installationType,
    edition: undefined,
    displayVersion: undefined,
    architecture: 'amd64',
    servicing: {
      cumulative: [],
      servicingStack: [],
      dotNetRollups: [],
      updates,
      features: [],
      pending: false,
    },
    evidence: [{ kind: 'registry', value: 'UBR', data: String(revision) }],
    introducedIn: undefined,
  };
  return {
    os,
    dotNetFramework,
    packages: [operatingSystemPackage(os), ...packages],
    notices: [],
    warnings: [],
  };
}

/** A package that Microsoft's advisories may speak of. */
export function productPackage(
  id: string,
  version: string,
  match: InventoryPackage['match'],
): InventoryPackage {
  return {
    id,
    name: id,
    version,
    kind: 'product',
    purl: undefined,
    introducedIn: undefined,
    evidence: [],
    ...(match && { match }),
  };
}
