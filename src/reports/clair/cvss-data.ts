// A CVSS score as the NVD publishes it and Quay shows it: version 3 alone, and nothing that Quay's table does not know.

/** https://csrc.nist.gov/schema/nvd/api/2.0/external/cvss-v3.1.json, as far as it is shown. */
export interface CvssData {
  readonly version: string;
  readonly vectorString: string;
  readonly baseScore: number;
  readonly baseSeverity: string;
}

const PREFIX = /^CVSS:(3\.[01])\/(.+)$/;

/** Of the base score; all eight have to be there (https://www.first.org/cvss/v3.1/specification-document#Base-Metrics). */
const BASE: readonly (readonly [metric: string, values: string])[] = [
  ['AV', 'NALP'],
  ['AC', 'LH'],
  ['PR', 'NLH'],
  ['UI', 'NR'],
  ['S', 'UC'],
  ['C', 'HLN'],
  ['I', 'HLN'],
  ['A', 'HLN'],
];

/** What else Quay's page knows; another metric or value takes the page down. */
const OTHER: readonly (readonly [metric: string, values: string])[] = [
  ['E', 'XHFPU'],
  ['RL', 'XUWTO'],
  ['RC', 'XCRU'],
];

const KNOWN = new Map([...BASE, ...OTHER]);

/** `undefined`: a vector of another version, or one that lacks something. Metrics that Quay does not know are left out. */
export function cvssData(score: number, vector: string): CvssData | undefined {
  const [, version, metrics = ''] = PREFIX.exec(vector) ?? [];
  if (version === undefined || !(score >= 0 && score <= 10)) return undefined;
  const known = new Map<string, string>();
  for (const metric of metrics.split('/')) {
    const [name = '', value = '', ...more] = metric.split(':');
    const isKnown = value.length === 1 && more.length === 0 && KNOWN.get(name)?.includes(value);
    if (isKnown && !known.has(name)) known.set(name, value);
  }
  if (BASE.some(([name]) => !known.has(name))) return undefined;
  return {
    version,
    vectorString: [`CVSS:${version}`, ...[...known].map((metric) => metric.join(':'))].join('/'),
    baseScore: score,
    baseSeverity: rating(score),
  };
}

/** https://www.first.org/cvss/v3.1/specification-document#Qualitative-Severity-Rating-Scale */
function rating(score: number): string {
  if (score >= 9) return 'CRITICAL';
  if (score >= 7) return 'HIGH';
  if (score >= 4) return 'MEDIUM';
  return score > 0 ? 'LOW' : 'NONE';
}
