// What the advisories hold that no rule knows: products nobody has decided on, fixes in a shape never seen.
import type { Advisories } from '../../model/advisories.ts';
import { classifyProduct } from './classify-product.ts';
import { isKnownFixedBuild } from './fixed-build-shapes.ts';

export interface DataQuality {
  /** Products by what becomes of them: `matched: dotnet`, `unread: servers`, … with the number of their names. */
  readonly classes: ReadonlyMap<string, number>;
  /** Most entries first. */
  readonly unknownProducts: readonly UnknownProduct[];
  readonly unknownFixedBuilds: readonly UnknownFixedBuild[];
}

export interface UnknownProduct {
  readonly name: string;
  /** Entries that list it as affected. */
  readonly entries: number;
}

export interface UnknownFixedBuild {
  readonly product: string;
  readonly fixedBuild: string;
  /** ID of one entry that has it. */
  readonly entry: string;
}

export function assessData(advisories: Advisories): DataQuality {
  const names = [...new Set(advisories.products.values())];
  const classes = new Map<string, number>();
  for (const name of names) {
    const known = classifyProduct(name);
    if (!known) continue;
    const label =
      known.kind === 'matched' ? `matched: ${known.product.family}` : `${known.kind}: ${known.why}`;
    classes.set(label, (classes.get(label) ?? 0) + 1);
  }
  const unknown = new Set(names.filter((name) => classifyProduct(name) === undefined));
  const entries = new Map<string, number>();
  const fixedBuilds = new Map<string, UnknownFixedBuild>();
  for (const entry of advisories.entries) {
    const affected = new Set([...entry.affected].map((id) => advisories.products.get(id) ?? id));
    for (const name of affected) if (unknown.has(name)) entries.set(name, (entries.get(name) ?? 0) + 1);
    for (const { fixedBuild, products } of entry.fixes) {
      if (fixedBuild === undefined) continue;
      for (const id of products ?? entry.affected) {
        const product = advisories.products.get(id) ?? id;
        if (isKnownFixedBuild(product, fixedBuild)) continue;
        fixedBuilds.set(`${product}|${fixedBuild}`, { product, fixedBuild, entry: entry.id });
      }
    }
  }
  return {
    classes: new Map([...classes].sort(([a], [b]) => (a < b ? -1 : 1))),
    unknownProducts: [...entries]
      .map(([name, count]) => ({ name, entries: count }))
      .sort((a, b) => b.entries - a.entries || (a.name < b.name ? -1 : 1)),
    unknownFixedBuilds: [...fixedBuilds.values()],
  };
}
