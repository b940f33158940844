// Analyses in CycloneDX documents, 1.4 and later: https://cyclonedx.org/capabilities/vex/.
import type { VexStatement } from '../../model/policy.ts';
import { listOf, objectOf, textOf } from './parts.ts';
import { VexError } from './vex-error.ts';

const SETTLED = new Set(['not_affected', 'false_positive', 'resolved', 'resolved_with_pedigree']);

/** @throws VexError */
export function readCycloneDxVex(
  document: Readonly<Record<string, unknown>>,
  source: string,
): VexStatement[] {
  const purls = new Map(
    listOf(document.components, `${source}: components`).flatMap((value) => {
      const { 'bom-ref': ref, purl } = objectOf(value, `${source}: a component`);
      return typeof ref === 'string' && typeof purl === 'string' ? [[ref, purl] as const] : [];
    }),
  );
  return listOf(document.vulnerabilities, `${source}: vulnerabilities`).flatMap((value, index) => {
    const where = `${source}: vulnerabilities[${index}]`;
    const vulnerability = objectOf(value, where);
    if (vulnerability.analysis === undefined) return [];
    const analysis = objectOf(vulnerability.analysis, `${where}.analysis`);
    if (!SETTLED.has(String(analysis.state))) return [];
    const id = textOf(vulnerability.id);
    if (id === undefined) throw new VexError('BAD_VEX', `${where} has no id`);
    const products = listOf(vulnerability.affects, `${where}.affects`).flatMap((each) => {
      const ref = textOf(objectOf(each, `${where}.affects`).ref);
      return ref === undefined ? [] : [purls.get(ref) ?? purlOfLink(ref)];
    });
    const reason = textOf(analysis.detail) ?? textOf(analysis.justification) ?? String(analysis.state);
    return [{ id, products, reason, source: `${source}, vulnerability ${index + 1}` }];
  });
}

/** `urn:cdx:serial/version#ref` leads into another document; the reference itself may be a package URL. */
function purlOfLink(ref: string): string {
  return /^urn:cdx:[^#]*#(.+)$/.exec(ref)?.[1] ?? ref;
}
