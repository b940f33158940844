// Analyses in CycloneDX documents, 1.4 and later: https://cyclonedx.org/capabilities/vex/.
import type { VexProduct, VexStatement, VexVerdict } from '../../model/policy.ts';
import type { VexPart } from './vex-part.ts';

const VERDICTS: Readonly<Record<string, VexVerdict>> = {
  not_affected: 'not-affected',
  false_positive: 'not-affected',
  resolved: 'fixed',
  resolved_with_pedigree: 'fixed',
  exploitable: 'open',
  in_triage: 'open',
};

/** Throws VexFault. */
export function readCycloneDxVex(document: VexPart, source: string): VexStatement[] {
  const metadata = document.member('metadata');
  const issued = metadata.isThere ? metadata.member('timestamp').moment() : undefined;
  const purls = new Map(
    document
      .member('components')
      .list()
      .flatMap((component) => {
        const [ref, purl] = [component.member('bom-ref').text(), component.member('purl').text()];
        return ref !== undefined && purl !== undefined ? [[ref, purl] as const] : [];
      }),
  );
  return document
    .member('vulnerabilities')
    .list()
    .flatMap((vulnerability, index) => {
      const analysis = vulnerability.member('analysis');
      // A list of vulnerabilities judges nothing.
      if (!analysis.isThere || !analysis.member('state').isThere) return [];
      const state = analysis.member('state');
      const verdict = VERDICTS[state.text() ?? ''];
      if (!verdict) throw state.fault(`is no state; there are ${Object.keys(VERDICTS).join(', ')}`);
      const id = vulnerability.member('id').text();
      if (id === undefined) throw vulnerability.fault('has no id');
      return [
        {
          id,
          verdict,
          products: vulnerability
            .member('affects')
            .list()
            .flatMap((affected) => productsOf(affected, purls)),
          reason: analysis.member('detail').text() ?? analysis.member('justification').text() ?? state.text(),
          said: analysis.member('lastUpdated').moment() ?? analysis.member('firstIssued').moment() ?? issued,
          source: `${source}, vulnerability ${index + 1}`,
        },
      ];
    });
}

/** Where versions are named the analysis is about those; ranges are not read, so that they set nothing aside. */
function productsOf(affected: VexPart, purls: ReadonlyMap<string, string>): VexProduct[] {
  const ref = affected.member('ref').text();
  if (ref === undefined) return [];
  const purl = purls.get(ref) ?? purlOfLink(ref);
  const versions = affected.member('versions').list();
  if (versions.length === 0) return [{ names: [purl], parts: [] }];
  const [name = purl] = purl.split(/[?#]|@(?=[^/]*$)/);
  return versions.flatMap((each) => {
    const version = each.member('version').text();
    return version === undefined ? [] : [{ names: [`${name}@${version}`], parts: [] }];
  });
}

/** `urn:cdx:serial/version#ref` leads into another document; the reference itself may be a package URL. */
function purlOfLink(ref: string): string {
  return /^urn:cdx:[^#]*#(.+)$/.exec(ref)?.[1] ?? ref;
}
