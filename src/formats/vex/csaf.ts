// CSAF 2.0, profile VEX: https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html.
import type { VexProduct, VexStatement, VexVerdict } from '../../model/policy.ts';
import type { VexPart } from './vex-part.ts';

/** The product tree may nest; deeper than this it is no product tree. */
const MAX_DEPTH = 64;

/** Lists of `product_status`; "recommended" judges nothing. */
const VERDICTS: readonly (readonly [string, VexVerdict])[] = [
  ['known_not_affected', 'not-affected'],
  ['fixed', 'fixed'],
  ['first_fixed', 'fixed'],
  ['known_affected', 'open'],
  ['first_affected', 'open'],
  ['last_affected', 'open'],
  ['under_investigation', 'open'],
];

/** Throws VexFault. */
export function readCsaf(document: VexPart, source: string): VexStatement[] {
  const tracking = document.member('document').member('tracking');
  const said = tracking.isThere ? tracking.member('current_release_date').moment() : undefined;
  const tree = document.member('product_tree');
  const known = tree.isThere ? productsIn(tree) : new Map<string, VexProduct>();
  return document
    .member('vulnerabilities')
    .list()
    .flatMap((vulnerability, index) => {
      const id = vulnerability.member('cve').text();
      const status = vulnerability.member('product_status');
      if (id === undefined || !status.isThere) return [];
      const common = {
        id,
        reason: reasonOf(vulnerability),
        said,
        source: `${source}, vulnerability ${index + 1}`,
      };
      return VERDICTS.flatMap(([name, verdict]) => {
        const products = productsOf(status.member(name), known);
        return products.length === 0 ? [] : [{ ...common, verdict, products }];
      });
    });
}

/** Of products without a package URL nothing can be said here. */
function productsOf(ids: VexPart, known: ReadonlyMap<string, VexProduct>): VexProduct[] {
  return ids.list().flatMap((each) => known.get(each.text() ?? '') ?? []);
}

function reasonOf(vulnerability: VexPart): string | undefined {
  const impact = vulnerability
    .member('threats')
    .list()
    .find((each) => each.member('category').text() === 'impact');
  const [flag] = vulnerability.member('flags').list();
  return impact?.member('details').text() ?? flag?.member('label').text();
}

/** By product id: what has a package URL, and what is a part of something that has one. */
function productsIn(tree: VexPart): Map<string, VexProduct> {
  const purls = purlsOf(tree.value);
  const products = new Map<string, VexProduct>();
  for (const relationship of tree.member('relationships').list()) {
    const id = relationship.member('full_product_name').member('product_id').text();
    const part = purls.get(relationship.member('product_reference').text() ?? '');
    const whole = purls.get(relationship.member('relates_to_product_reference').text() ?? '');
    if (id !== undefined && part !== undefined && whole !== undefined) {
      products.set(id, { names: [whole], parts: [part] });
    }
  }
  for (const [id, purl] of purls) if (!products.has(id)) products.set(id, { names: [purl], parts: [] });
  return products;
}

/** Product id → package URL, from wherever in the tree. */
function purlsOf(tree: unknown): Map<string, string> {
  const purls = new Map<string, string>();
  const walk = (value: unknown, depth: number): void => {
    if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return;
    const { product_id: id, product_identification_helper: helper } = value as Record<string, unknown>;
    const purl =
      typeof helper === 'object' && helper !== null ? (helper as { purl?: unknown }).purl : undefined;
    if (typeof id === 'string' && typeof purl === 'string') purls.set(id, purl);
    for (const each of Object.values(value)) walk(each, depth + 1);
  };
  walk(tree, 0);
  return purls;
}
