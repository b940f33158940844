// OpenVEX 0.2.0 and 0.0.1: https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md.
import type { VexProduct, VexStatement, VexVerdict } from '../../model/policy.ts';
import type { VexPart } from './vex-part.ts';

const VERDICTS: Readonly<Record<string, VexVerdict>> = {
  not_affected: 'not-affected',
  fixed: 'fixed',
  affected: 'open',
  under_investigation: 'open',
};

/** Throws VexFault. */
export function readOpenVex(document: VexPart, source: string): VexStatement[] {
  const issued = document.member('last_updated').moment() ?? document.member('timestamp').moment();
  return document
    .member('statements')
    .list()
    .flatMap((statement, index) => {
      const status = statement.member('status');
      const verdict = VERDICTS[status.text() ?? ''];
      if (!verdict) {
        const known = Object.keys(VERDICTS).join(', ');
        throw status.fault(`is no status; there are ${known}`);
      }
      const products = statement.member('products').list().map(productOf);
      const reason =
        statement.member('impact_statement').text() ??
        statement.member('justification').text() ??
        status.text();
      const said =
        statement.member('last_updated').moment() ?? statement.member('timestamp').moment() ?? issued;
      return idsOf(statement.member('vulnerability')).map((id) => ({
        id,
        verdict,
        products,
        reason,
        said,
        source: `${source}, statement ${index + 1}`,
      }));
    });
}

/** A text in 0.0.1; since 0.2.0 an object with a name and aliases. */
function idsOf(vulnerability: VexPart): string[] {
  const id = vulnerability.text();
  if (id !== undefined) return [id];
  const names = [vulnerability.member('name'), ...vulnerability.member('aliases').list()];
  const ids = names.flatMap((name) => name.text() ?? []);
  if (ids.length === 0) throw vulnerability.fault('has no name');
  return ids;
}

function productOf(product: VexPart): VexProduct {
  if (product.text() !== undefined) return { names: namesOf(product), parts: [] };
  const subcomponents = product.member('subcomponents').list();
  const parts = subcomponents.flatMap(namesOf);
  // Parts that cannot be told, by hash for example, are not the whole.
  const canBeTold = subcomponents.length === 0 || parts.length > 0;
  return { names: canBeTold ? namesOf(product) : [], parts };
}

function namesOf(part: VexPart): string[] {
  const name = part.text();
  if (name !== undefined) return [name];
  const identifiers = part.member('identifiers');
  const purl = identifiers.isThere ? identifiers.member('purl').text() : undefined;
  return [part.member('@id').text(), purl].flatMap((each) => each ?? []);
}
