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
  const subject = metadata.isThere ? metadata.member('component') : undefined;
  const whole = subject?.isThere ? wholeOf(subject) : undefined;
  const purls = new Map(purlsOf(document));
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
            .flatMap((affected) => productsOf(affected, purls, whole)),
          reason: analysis.member('detail').text() ?? analysis.member('justification').text() ?? state.text(),
          said: analysis.member('lastUpdated').moment() ?? analysis.member('firstIssued').moment() ?? issued,
          source: `${source}, vulnerability ${index + 1}`,
        },
      ];
    });
}

/** What the document describes. */
interface Whole {
  readonly ref: string | undefined;
  readonly names: readonly string[];
}

/** An image by package URL, by name, or by digest, which stands as version or hash. */
function wholeOf(component: VexPart): Whole {
  const digests = component
    .member('hashes')
    .list()
    .flatMap((hash) => {
      const content = hash.member('content').text();
      return hash.member('alg').text() === 'SHA-256' && content !== undefined ? [`sha256:${content}`] : [];
    });
  const version = component.member('version').text();
  const names = [
    component.member('purl').text(),
    ...(version?.startsWith('sha256:') ? [version] : []),
    ...digests,
    component.member('name').text(),
  ].flatMap((each) => each ?? []);
  return { ref: component.member('bom-ref').text(), names };
}

/** Components may hold others; deeper than this they hold nothing that anybody wrote. */
const MAX_DEPTH = 64;

function purlsOf(holder: VexPart, depth = 0): (readonly [ref: string, purl: string])[] {
  if (depth > MAX_DEPTH) return [];
  return holder
    .member('components')
    .list()
    .flatMap((component) => {
      const [ref, purl] = [component.member('bom-ref').text(), component.member('purl').text()];
      const own = ref !== undefined && purl !== undefined ? [[ref, purl] as const] : [];
      return [...own, ...purlsOf(component, depth + 1)];
    });
}

/**
 * Of a document that describes something, the components are parts of that and of nothing else. Where versions are named the
 * analysis is about those; ranges are not read, so that they set nothing aside.
 */
function productsOf(
  affected: VexPart,
  purls: ReadonlyMap<string, string>,
  whole: Whole | undefined,
): VexProduct[] {
  const ref = affected.member('ref').text();
  if (ref === undefined) return [];
  if (whole && ref === whole.ref) return [{ names: whole.names, parts: [] }];
  const purl = purls.get(ref) ?? purlOfLink(ref);
  const product = (name: string): VexProduct =>
    whole ? { names: whole.names, parts: [name] } : { names: [name], parts: [] };
  const versions = affected.member('versions').list();
  if (versions.length === 0) return [product(purl)];
  const [, name = purl, qualifiers = ''] = /^(.*?)(?:@[^/@?#]*)?([?#].*)?$/.exec(purl) ?? [];
  return versions.flatMap((each) => {
    const version = each.member('version').text();
    return version === undefined ? [] : [product(`${name}@${version}${qualifiers}`)];
  });
}

/** `urn:cdx:serial/version#ref` leads into another document; the reference itself may be a package URL. */
function purlOfLink(ref: string): string {
  return /^urn:cdx:[^#]*#(.+)$/.exec(ref)?.[1] ?? ref;
}
