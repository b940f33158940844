// Inventories made by hand, for tables of every update level.
import type {
  DotNetFramework,
  InstallationType,
  Inventory,
  InventoryPackage,
  ServicingUpdate,
} from '../../src/model/inventory.ts';
import { buildInventory, buildOperatingSystem, buildPackage, NO_SERVICING } from '../builders/inventory.ts';

export interface ServerInventoryOptions {
  build: number;
  revision: number;
  installationType: InstallationType;
  updates?: readonly ServicingUpdate[];
  dotNetFramework?: DotNetFramework;
  /** Instead of the operating system, whose thousands of findings take their time. */
  packages?: readonly InventoryPackage[];
}

export function serverInventory({
  build,
  revision,
  installationType,
  updates = [],
  dotNetFramework,
  packages,
}: ServerInventoryOptions): Inventory {
  const servicing = { ...NO_SERVICING, updates };
  const os = buildOperatingSystem({ name: 'Windows', build, revision, installationType, servicing });
  const inventory = buildInventory({ os, dotNetFramework });
  return packages ? { ...inventory, packages } : inventory;
}

/** A package that Microsoft's advisories may speak of. */
export function productPackage(
  id: string,
  version: string,
  match: InventoryPackage['match'],
): InventoryPackage {
  return buildPackage({ id, name: id, version, ...(match && { match }) });
}
