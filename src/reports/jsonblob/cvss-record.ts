// A CVSS score in the form in which the NVD publishes it and Clair hands it on.

const BASE_METRICS: Readonly<
  Record<string, readonly [name: string, values: Readonly<Record<string, string>>]>
> = {
  AV: ['attackVector', { N: 'NETWORK', A: 'ADJACENT_NETWORK', L: 'LOCAL', P: 'PHYSICAL' }],
  AC: ['attackComplexity', { L: 'LOW', H: 'HIGH' }],
  PR: ['privilegesRequired', { N: 'NONE', L: 'LOW', H: 'HIGH' }],
  UI: ['userInteraction', { N: 'NONE', R: 'REQUIRED' }],
  S: ['scope', { U: 'UNCHANGED', C: 'CHANGED' }],
  C: ['confidentialityImpact', { N: 'NONE', L: 'LOW', H: 'HIGH' }],
  I: ['integrityImpact', { N: 'NONE', L: 'LOW', H: 'HIGH' }],
  A: ['availabilityImpact', { N: 'NONE', L: 'LOW', H: 'HIGH' }],
};

/** The `cvssData` object of the NVD's schema; `undefined` for a vector of another version than 3.0 and 3.1. */
export function cvssRecord(score: number, vector: string): Readonly<Record<string, unknown>> | undefined {
  const version = /^CVSS:(3\.[01])\//.exec(vector)?.[1];
  if (version === undefined) return undefined;
  const parts = vector
    .split('/')
    .slice(1)
    .map((part) => part.split(':') as [string, string?]);
  // Microsoft's vectors carry temporal metrics (E, RL, RC), which the base score leaves out.
  const base = parts.filter(([key]) => key in BASE_METRICS);
  const metrics = base.map(([key, value = '']) => {
    const [name, values] = BASE_METRICS[key]!;
    return [name, values[value]] as const;
  });
  if (new Set(base.map(([key]) => key)).size !== 8 || metrics.some(([, value]) => value === undefined)) {
    return undefined;
  }
  return {
    version,
    vectorString: `CVSS:${version}/${base.map((part) => part.join(':')).join('/')}`,
    ...Object.fromEntries(metrics),
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
