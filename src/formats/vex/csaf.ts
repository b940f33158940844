// CSAF 2.0, profile VEX: https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html.
import type { VexStatement } from '../../model/policy.ts';
import { listOf, objectOf, textOf } from './parts.ts';

/** The product tree may nest; deeper than this it is no product tree. */
const MAX_DEPTH = 64;

/** @throws VexError */
export function readCsaf(document: Readonly<Record<string, unknown>>, source: string): VexStatement[] {
  const purls =
    document.product_tree === undefined ? new Map<string, string>() : purlsOf(document.product_tree, source);
  return listOf(document.vulnerabilities, `${source}: vulnerabilities`).flatMap((value, index) => {
    const where = `${source}: vulnerabilities[${index}]`;
    const { cve, product_status: status, flags, threats } = objectOf(value, where);
    const id = textOf(cve);
    if (id === undefined || status === undefined) return [];
    const { known_not_affected: clear, fixed } = objectOf(status, `${where}.product_status`);
    const ids = [...listOf(clear, `${where}.known_not_affected`), ...listOf(fixed, `${where}.fixed`)].flatMap(
      (each) => textOf(each) ?? [],
    );
    // Without a product CSAF says nothing of anything.
    const products = ids.flatMap((each) => purls.get(each) ?? []);
    if (products.length === 0) return [];
    return [
      {
        id,
        products,
        reason: reasonOf(flags, threats, where),
        source: `${source}, vulnerability ${index + 1}`,
      },
    ];
  });
}

function reasonOf(flags: unknown, threats: unknown, where: string): string | undefined {
  const impact = listOf(threats, `${where}.threats`)
    .map((each) => objectOf(each, `${where}.threats`))
    .find(({ category }) => category === 'impact');
  const [flag] = listOf(flags, `${where}.flags`).map((each) => objectOf(each, `${where}.flags`));
  return textOf(impact?.details) ?? textOf(flag?.label);
}

/** Product id → package URL, from wherever in the tree. */
function purlsOf(tree: unknown, source: string): Map<string, string> {
  const purls = new Map<string, string>();
  const walk = (value: unknown, depth: number): void => {
    if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return;
    const { product_id: id, product_identification_helper: helper } = value as Record<string, unknown>;
    const purl =
      typeof helper === 'object' && helper !== null ? (helper as { purl?: unknown }).purl : undefined;
    if (typeof id === 'string' && typeof purl === 'string') purls.set(id, purl);
    for (const each of Object.values(value)) walk(each, depth + 1);
  };
  walk(objectOf(tree, `${source}: product_tree`), 0);
  return purls;
}
