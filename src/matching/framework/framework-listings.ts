// What the advisories list for .NET Framework on one Windows, with every fix read for one line.
import type { Advisories, AdvisoryEntry } from '../../model/advisories.ts';
import type { FrameworkLine } from '../../windows/framework-lines.ts';
import type { MonthlyFix } from '../monthly-fixes.ts';
import { productsOf } from '../products/product-index.ts';
import { type FrameworkFix, FrameworkFixes } from './framework-fixes.ts';

/** One product of one entry. */
export interface FrameworkListing {
  readonly entry: AdvisoryEntry;
  readonly product: string;
  /** As the product's name lists them: `3.5`, `4.8`. */
  readonly versions: readonly string[];
  readonly fixes: readonly FrameworkFix[];
  /** A fix is published, if perhaps one that says nothing. */
  readonly isFixed: boolean;
  /** Digits only. */
  readonly kbs: readonly string[];
}

interface FrameworkListings {
  readonly months: readonly MonthlyFix<number>[];
  readonly listings: readonly FrameworkListing[];
}

/** They depend on line and platform alone, not on the image. */
const read = new WeakMap<Advisories, Map<string, FrameworkListings>>();

/** In the order of the products, then of the documents. `platform`: MSRC product ID of Windows. */
export function frameworkListings(
  advisories: Advisories,
  line: FrameworkLine,
  build: number,
  platform: string,
): FrameworkListings {
  const known = read.get(advisories) ?? new Map<string, FrameworkListings>();
  read.set(advisories, known);
  const key = `${line} ${platform}`;
  const listings = known.get(key) ?? readListings(advisories, line, build, platform);
  known.set(key, listings);
  return listings;
}

function readListings(
  advisories: Advisories,
  line: FrameworkLine,
  build: number,
  platform: string,
): FrameworkListings {
  const reader = new FrameworkFixes(advisories, line, build);
  const listings = productsOf(advisories)
    .frameworks(platform)
    .flatMap(({ id, product: { versions } }) =>
      advisories.entries
        .filter((entry) => entry.affected.has(id))
        .map((entry) => {
          const published = entry.fixes.filter(({ products }) => products === undefined || products.has(id));
          return {
            entry,
            product: id,
            versions,
            fixes: published.flatMap((fix) => reader.read(fix) ?? []),
            isFixed: published.length > 0,
            kbs: [...new Set(published.flatMap(({ kb }) => kb ?? []))],
          };
        }),
    );
  return { months: reader.months, listings };
}
