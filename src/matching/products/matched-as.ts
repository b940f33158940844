// Whether a product of the advisories is what a package of a subject is matched as.
import type { Advisories } from '../../model/advisories.ts';
import type { Inventory, InventoryPackage, OperatingSystem } from '../../model/inventory.ts';
import { DOTNET_FRAMEWORK_35_ID, DOTNET_FRAMEWORK_ID } from '../../windows/dotnet-framework.ts';
import { OS_PACKAGE_ID } from '../../windows/operating-system-package.ts';
import { msrcProduct, windowsRelease } from '../../windows/releases.ts';
import { matchPattern, PRODUCT_PATTERNS } from './product-patterns.ts';

/** `product`: by the name that MSRC gives it, or by that of the package itself, which is what our reports say. */
export function isMatchedAs(
  product: string,
  { name, id, match }: InventoryPackage,
  { os }: Inventory,
  advisories: Advisories,
): boolean {
  if (product === name) return true;
  if (match?.by === 'product') {
    return PRODUCT_PATTERNS.some((pattern) => {
      const known = pattern.family === match.family ? matchPattern(pattern, product) : undefined;
      return known !== undefined && 'line' in known && known.line === match.line;
    });
  }
  const platform = os && platformName(os, advisories);
  if (platform === undefined) return false;
  if (id === OS_PACKAGE_ID) return product === platform;
  if (match?.by === 'windows-component') return product === `${match.component} on ${platform}`;
  const isFramework = id === DOTNET_FRAMEWORK_ID || id === DOTNET_FRAMEWORK_35_ID;
  return isFramework && product.startsWith('Microsoft .NET Framework') && product.endsWith(` on ${platform}`);
}

function platformName(os: OperatingSystem, { products }: Advisories): string | undefined {
  const release = windowsRelease(os.build);
  return release && products.get(msrcProduct(release, os.installationType));
}
