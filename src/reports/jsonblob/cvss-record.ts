// A CVSS score in the form in which the NVD publishes it and Clair hands it on.
import { cvssData } from '../clair/cvss-data.ts';

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
  const data = cvssData(score, vector);
  if (!data) return undefined;
  // Microsoft's vectors carry temporal metrics (E, RL, RC), which the base score leaves out.
  const base = data.vectorString.split('/').filter((part) => part.split(':')[0]! in BASE_METRICS);
  const metrics = base.map((part) => {
    const [key = '', value = ''] = part.split(':');
    const [name, values] = BASE_METRICS[key]!;
    return [name, values[value]];
  });
  return {
    ...data,
    vectorString: [`CVSS:${data.version}`, ...base].join('/'),
    ...Object.fromEntries(metrics),
  };
}
