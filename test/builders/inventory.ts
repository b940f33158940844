// Inventories for matching, without an image.
import type { Inventory, InventoryPackage, OperatingSystem, Servicing } from '../../src/model/inventory.ts';
import { operatingSystemPackage } from '../../src/windows/operating-system-package.ts';

export const NO_SERVICING: Servicing = {
  cumulative: [],
  servicingStack: [],
  dotNetRollups: [],
  updates: [],
  features: [],
  pending: false,
};

/** A Server Core of Windows Server 2022, unless said otherwise. */
export function buildOperatingSystem(over: Partial<OperatingSystem> = {}): OperatingSystem {
  const revision = over.revision ?? 2322;
  return {
    name: 'Windows Server 2022',
    endOfSupport: undefined,
    build: 20348,
    revision,
    installationType: 'Server Core',
    edition: undefined,
    displayVersion: undefined,
    architecture: 'amd64',
    servicing: NO_SERVICING,
    basis: 'registry',
    evidence: [{ kind: 'registry', value: 'UBR', data: String(revision) }],
    introducedIn: undefined,
    ...over,
  };
}

export function buildInventory(over: Partial<Inventory> = {}): Inventory {
  const { os } = over;
  return {
    os,
    dotNetFramework: undefined,
    notices: [],
    warnings: [],
    ...over,
    packages: [...(os ? [operatingSystemPackage(os)] : []), ...(over.packages ?? [])],
  };
}

export function buildPackage(over: Partial<InventoryPackage> = {}): InventoryPackage {
  return {
    id: 'package',
    name: 'Package',
    version: '1.0',
    kind: 'product',
    purl: undefined,
    introducedIn: undefined,
    evidence: [],
    ...over,
  };
}
