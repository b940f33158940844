// What the rules make of the advisories, for people: matched, left out and why, and what nobody has decided on yet.
import type { DataQuality } from '../matching/products/data-quality.ts';
import { columns } from './text-layout.ts';

/** `width` is in columns. */
export function renderDataQuality(quality: DataQuality, width: number): string {
  const { classes, unknownProducts, unknownFixedBuilds } = quality;
  const lines = [
    ...columns(
      [['PRODUCTS', 'WHAT BECOMES OF THEM'], ...[...classes].map(([label, n]) => [String(n), label])],
      width,
    ),
    '',
    `unknown products: ${unknownProducts.length}`,
    ...columns(
      [['ENTRIES', 'NAME'], ...unknownProducts.map(({ name, entries }) => [String(entries), name])],
      width,
    ).slice(unknownProducts.length > 0 ? 0 : 1),
    '',
    `unknown shapes of FixedBuild: ${unknownFixedBuilds.length}`,
    ...columns(
      [
        ['ENTRY', 'FIXED BUILD', 'PRODUCT'],
        ...unknownFixedBuilds.map(({ entry, fixedBuild, product }) => [entry, fixedBuild, product]),
      ],
      width,
    ).slice(unknownFixedBuilds.length > 0 ? 0 : 1),
  ];
  return `${lines.join('\n')}\n`;
}
