// Programs of the Uninstall list that Microsoft's advisories name as products.
import type { PackageMatch } from '../model/inventory.ts';

type ProductMatch = Extract<PackageMatch, { by: 'product' }>;

interface Recognition {
  /** On DisplayName. */
  readonly pattern: RegExp;
  readonly family: ProductMatch['family'];
}

/** A new product is one more line here and one in matching/products. */
const RECOGNITIONS: readonly Recognition[] = [
  { pattern: /^Microsoft ODBC Driver \d+ for SQL Server/i, family: 'odbc-driver' },
  { pattern: /^Microsoft OLE DB Driver (?:\d+ )?for SQL Server/i, family: 'ole-db-driver' },
  // The bundle, not the minimum and additional runtimes that it installs.
  {
    pattern: /^Microsoft Visual C\+\+ (?:2015|2017|2019|2022|v14)\b.*Redistributable/i,
    family: 'visual-cpp',
  },
  { pattern: /^Microsoft Web Deploy \d/i, family: 'web-deploy' },
  { pattern: /^Microsoft Edge(?: WebView2 Runtime)?$/i, family: 'edge' },
];

/** `undefined` for a program that is none of them. */
export function recognise(displayName: string, version: string): ProductMatch | undefined {
  const family = RECOGNITIONS.find(({ pattern }) => pattern.test(displayName))?.family;
  if (family === undefined || version === '') return undefined;
  return { by: 'product', family, line: productLine(family, version) };
}

/** Edge has one line: fixes go into the current version only. Of all others the major version is the line. */
export function productLine(family: ProductMatch['family'], version: string): string {
  return family === 'edge' ? 'current' : (version.split('.')[0] ?? version);
}
