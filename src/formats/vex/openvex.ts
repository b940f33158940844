// OpenVEX 0.2.0 and 0.0.1: https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md.
import type { VexStatement } from '../../model/policy.ts';
import { listOf, objectOf, textOf } from './parts.ts';
import { VexError } from './vex-error.ts';

/** @throws VexError */
export function readOpenVex(document: Readonly<Record<string, unknown>>, source: string): VexStatement[] {
  return listOf(document.statements, `${source}: statements`).flatMap((value, index) => {
    const where = `${source}: statements[${index}]`;
    const statement = objectOf(value, where);
    const { status } = statement;
    if (status !== 'not_affected' && status !== 'fixed') return [];
    const ids = idsOf(statement.vulnerability, where);
    const products = listOf(statement.products, `${where}.products`).flatMap((each) =>
      productsOf(each, where),
    );
    const reason = textOf(statement.impact_statement) ?? textOf(statement.justification) ?? status;
    return ids.map((id) => ({ id, products, reason, source: `${source}, statement ${index + 1}` }));
  });
}

/** A text in 0.0.1; since 0.2.0 an object with a name and aliases. */
function idsOf(value: unknown, where: string): string[] {
  if (typeof value === 'string') return [value];
  const { name, aliases } = objectOf(value, `${where}.vulnerability`);
  const ids = [name, ...listOf(aliases, `${where}.vulnerability.aliases`)].flatMap(
    (each) => textOf(each) ?? [],
  );
  if (ids.length === 0) throw new VexError('BAD_VEX', `${where}.vulnerability has no name`);
  return ids;
}

/** Where a product has parts the statement is about those. */
function productsOf(value: unknown, where: string): string[] {
  if (typeof value === 'string') return [value];
  const product = objectOf(value, `${where}.products`);
  const parts = listOf(product.subcomponents, `${where}.products.subcomponents`);
  return parts.length > 0 ? parts.flatMap((part) => idOf(part)) : idOf(product);
}

function idOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  const { '@id': id, identifiers } = objectOf(value, 'a product');
  const purl =
    typeof identifiers === 'object' && identifiers !== null
      ? (identifiers as { purl?: unknown }).purl
      : undefined;
  return [id, purl].flatMap((each) => textOf(each) ?? []);
}
