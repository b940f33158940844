// Says of findings what CISA and EPSS know of attacks.
import type { Finding } from '../../model/finding.ts';
import type { Threats } from '../../model/threats.ts';

/** Pure: the same findings in the same order; `compareFindings` brings those under attack to the front. */
export function withThreats(findings: readonly Finding[], threats: Threats): Finding[] {
  return findings.map((finding) => ({
    ...finding,
    kev: threats.knownExploited(finding.id) ?? null,
    epss: threats.prediction(finding.id) ?? null,
  }));
}
