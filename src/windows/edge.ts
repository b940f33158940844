// Edge and the WebView2 runtime, which is Edge without a window: both are updated together and have the same advisories.
import type { InventoryPackage } from '../model/inventory.ts';
import { registryEvidence } from './evidence.ts';
import type { ImageContent } from './image-content.ts';
import { microsoftPurl } from './microsoft-purl.ts';
import { productLine } from './recognised-programs.ts';
import { findKey, textOf } from './registry/lookup.ts';

const CLIENTS = 'Microsoft\\EdgeUpdate\\Clients';
const VIEWS = [CLIENTS, `WOW6432Node\\${CLIENTS}`];

/** Application ids of EdgeUpdate. */
const PRODUCTS: ReadonlyMap<string, { name: string; slug: string }> = new Map([
  ['{56EB18F8-B008-4CBD-B6D2-8C97FE7E9062}', { name: 'Microsoft Edge', slug: 'edge' }],
  [
    '{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}',
    { name: 'Microsoft Edge WebView2 Runtime', slug: 'edge-webview2' },
  ],
]);

/** `listed`: packages that the Uninstall entries gave; what they name already is left out. */
export function readEdge(content: ImageContent, listed: readonly InventoryPackage[]): InventoryPackage[] {
  return VIEWS.flatMap((view) =>
    [...(findKey(content.software, view)?.keys.values() ?? [])].flatMap((key) => {
      const product = PRODUCTS.get(key.name.toUpperCase());
      const version = textOf(key, 'pv');
      if (!product || version === undefined || listed.some(({ name }) => name === product.name)) return [];
      const evidence = registryEvidence(
        content.software,
        'SOFTWARE',
        `${view}\\${key.name}`,
        'pv',
        content.layers,
      );
      return [
        {
          id: `${product.slug}:${view.startsWith('WOW') ? '32' : '64'}`,
          name: product.name,
          version,
          kind: 'product' as const,
          purl: microsoftPurl(product.slug, version),
          introducedIn: evidence?.layer,
          evidence: evidence ? [evidence] : [],
          match: { by: 'product', family: 'edge', line: productLine('edge', version) } as const,
        },
      ];
    }),
  );
}
