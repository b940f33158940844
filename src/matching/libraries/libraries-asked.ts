// Which libraries of an image advisories are looked up for.
import type { Dependency } from '../../model/dependency.ts';
import type { InventoryPackage } from '../../model/inventory.ts';

/** Those that no other package of the image services. */
export function librariesOf(packages: readonly InventoryPackage[]): Dependency[] {
  return packages.flatMap(({ match, ownedBy }) =>
    match?.by === 'library' && ownedBy === undefined ? [match.dependency] : [],
  );
}
