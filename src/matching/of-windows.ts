// Tells what a release of Windows brings from what an image has beside it.
import type { Finding } from '../model/finding.ts';
import type { InventoryPackage } from '../model/inventory.ts';
import { DOTNET_FRAMEWORK_35_ID, DOTNET_FRAMEWORK_ID } from '../windows/dotnet-framework.ts';
import { OS_PACKAGE_ID } from '../windows/operating-system-package.ts';

const WITH_WINDOWS: ReadonlySet<string> = new Set([
  OS_PACKAGE_ID,
  DOTNET_FRAMEWORK_ID,
  DOTNET_FRAMEWORK_35_ID,
]);

/** Findings of packages that stay in the image whatever Windows it is built on. */
export function besideWindows(
  findings: readonly Finding[],
  packages: readonly InventoryPackage[],
): readonly Finding[] {
  const own = new Set([
    ...WITH_WINDOWS,
    ...packages.filter(({ match }) => match?.by === 'windows-component').map(({ id }) => id),
  ]);
  return findings.filter((finding) => !own.has(finding.package));
}
