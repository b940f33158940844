// Finds the product IDs of an advisory feed by what they mean.
import type { Advisories } from '../../model/advisories.ts';
import type { ProductFamily } from '../../model/inventory.ts';
import { type MatchedProduct, matchPattern, PRODUCT_PATTERNS } from './product-patterns.ts';

/** IDs of a component on a platform are `component-platform`. */
interface KnownProduct<P extends MatchedProduct = MatchedProduct> {
  readonly id: string;
  readonly product: P;
}

type FrameworkProduct = Extract<MatchedProduct, { family: 'dotnet-framework' }>;

const indexes = new WeakMap<Advisories, ProductIndex>();

export function productsOf(advisories: Advisories): ProductIndex {
  const index = indexes.get(advisories) ?? new ProductIndex(advisories.products);
  indexes.set(advisories, index);
  return index;
}

/** Names are told apart only for the families that an image asks for: there are thousands. */
class ProductIndex {
  readonly #names: Advisories['products'];
  readonly #byFamily = new Map<MatchedProduct['family'], readonly KnownProduct[]>();

  constructor(names: Advisories['products']) {
    this.#names = names;
  }

  /** Products of a family, with the line that their names speak of. */
  lines(family: ProductFamily): readonly { readonly id: string; readonly line: string }[] {
    return this.#family(family).flatMap(({ id, product }) =>
      'line' in product ? [{ id, line: product.line }] : [],
    );
  }

  /** IDs of a component on a platform. */
  windowsComponent(component: string, platform: string): readonly string[] {
    return this.#family('windows-component').flatMap(({ id, product }) =>
      product.family === 'windows-component' && product.component === component && isOn(id, platform)
        ? [id]
        : [],
    );
  }

  /** .NET Framework products, on one platform or on all. */
  frameworks(platform?: string): readonly KnownProduct<FrameworkProduct>[] {
    return this.#family('dotnet-framework').flatMap(({ id, product }) =>
      product.family === 'dotnet-framework' && (platform === undefined || isOn(id, platform))
        ? [{ id, product }]
        : [],
    );
  }

  #family(family: MatchedProduct['family']): readonly KnownProduct[] {
    let known = this.#byFamily.get(family);
    if (!known) {
      const patterns = PRODUCT_PATTERNS.filter((pattern) => pattern.family === family);
      known = [...this.#names].flatMap(([id, name]) =>
        patterns.flatMap((pattern) => {
          const product = matchPattern(pattern, name);
          return product ? [{ id, product }] : [];
        }),
      );
      this.#byFamily.set(family, known);
    }
    return known;
  }
}

function isOn(id: string, platform: string): boolean {
  return id.endsWith(`-${platform}`);
}
