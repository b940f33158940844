// What a product name of the advisories means to an image: matched, or not and why; or nobody has decided yet.
import { OTHER_PRODUCTS } from './other-products.ts';
import { type MatchedProduct, matchPattern, PRODUCT_PATTERNS } from './product-patterns.ts';

export type ProductClass =
  | { readonly kind: 'matched'; readonly product: MatchedProduct }
  | { readonly kind: 'elsewhere' | 'unread'; readonly why: string };

/** `undefined`: a product that no pattern knows, for somebody to decide on. */
export function classifyProduct(name: string): ProductClass | undefined {
  const plain = name.replace(/\s+/g, ' ').trim();
  for (const pattern of PRODUCT_PATTERNS) {
    const product = matchPattern(pattern, plain);
    if (product) return { kind: 'matched', product };
  }
  const other = OTHER_PRODUCTS.find(({ pattern }) => pattern.test(plain));
  return other && { kind: other.kind, why: other.why };
}
