// Severity in the six words that Clair, Quay and most scanners share.

export const SEVERITIES = ['Critical', 'High', 'Medium', 'Low', 'Negligible', 'Unknown'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Microsoft's own scale (https://www.microsoft.com/msrc/security-update-severity-rating-system). */
const MICROSOFT: ReadonlyMap<string, Severity> = new Map([
  ['Critical', 'Critical'],
  ['Important', 'High'],
  ['Moderate', 'Medium'],
  ['Low', 'Low'],
  ['None', 'Negligible'],
]);

/** Microsoft's word as one of the six; a missing or new word is `Unknown`, never dropped. */
export function severityFromMicrosoft(word: string | undefined): Severity {
  return MICROSOFT.get(word ?? '') ?? 'Unknown';
}

/** Negative when `a` is the graver one: sorts the gravest first. */
export function compareSeverity(a: Severity, b: Severity): number {
  return SEVERITIES.indexOf(a) - SEVERITIES.indexOf(b);
}
