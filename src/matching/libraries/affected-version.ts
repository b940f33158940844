// Whether an advisory affects a version, and which version ends that.
import type { LibraryAdvisory, VersionRange } from '../../model/library-advisories.ts';
import type { VersionOrder } from './version-order.ts';

export interface Affected {
  /** The lowest version with the fix above the installed one; `undefined` when none is published. */
  readonly fixedIn: string | undefined;
  /** The versions could not be compared. */
  readonly uncertain: boolean;
}

/** By the evaluation of https://ossf.github.io/osv-schema/#evaluation; `undefined`: not affected. */
export function affectedBy(
  { ranges, versions }: Pick<LibraryAdvisory, 'ranges' | 'versions'>,
  installed: string,
  order: VersionOrder,
): Affected | undefined {
  const fixedIn = lowestFix(ranges, installed, order);
  if (versions.some((version) => version === installed || order(version, installed) === 0)) {
    return { fixedIn, uncertain: false };
  }
  const inRanges = ranges.map((range) => isInRange(range, installed, order));
  if (inRanges.includes(true)) return { fixedIn, uncertain: false };
  // A list of versions decides where the ranges do not; without one, saying "clean" would be the worse mistake.
  return inRanges.includes(undefined) && versions.length === 0 ? { fixedIn, uncertain: true } : undefined;
}

/** `undefined`: cannot be told. */
function isInRange(range: VersionRange, installed: string, order: VersionOrder): boolean | undefined {
  let affected = false;
  for (const [kind, version] of sorted(range, order)) {
    const compared = kind === 'introduced' && version === '0' ? 1 : order(installed, version);
    if (compared === undefined) return undefined;
    if (kind === 'introduced' && compared >= 0) affected = true;
    else if (kind === 'last_affected' && compared > 0) affected = false;
    else if ((kind === 'fixed' || kind === 'limit') && compared >= 0) affected = false;
  }
  return affected;
}

function sorted(range: VersionRange, order: VersionOrder): VersionRange {
  return [...range].sort(([aKind, a], [bKind, b]) => {
    if (aKind === 'introduced' && a === '0') return -1;
    if (bKind === 'introduced' && b === '0') return 1;
    return order(a, b) ?? 0;
  });
}

function lowestFix(
  ranges: readonly VersionRange[],
  installed: string,
  order: VersionOrder,
): string | undefined {
  return ranges
    .flat()
    .filter(([kind, version]) => kind === 'fixed' && (order(version, installed) ?? 0) > 0)
    .map(([, version]) => version)
    .sort((a, b) => order(a, b) ?? 0)[0];
}
