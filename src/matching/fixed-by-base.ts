// Which vulnerabilities of Windows an image no longer has, because its revision brings their fix.
import type { Advisories } from '../model/advisories.ts';
import type { Inventory } from '../model/inventory.ts';
import { msrcProduct, windowsRelease } from '../windows/releases.ts';
import { fixDecisions } from './match-operating-system.ts';

/** IDs, ascending: every one that Microsoft lists for this Windows and fixed by this revision or an earlier one. */
export function fixedByBase({ os }: Inventory, advisories: Advisories): readonly string[] {
  const release = os && windowsRelease(os.build);
  if (!os || !release) return [];
  return fixDecisions(advisories, release, msrcProduct(release, os.installationType))
    .filter(({ revision }) => revision !== undefined && revision <= os.revision)
    .map(({ entry }) => entry.id)
    .sort();
}
