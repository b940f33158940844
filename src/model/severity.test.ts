// Microsoft's words and their order.
import { expect, test } from 'vitest';
import { compareSeverity, SEVERITIES, severityFromMicrosoft } from './severity.ts';

test.each([
  ['Critical', 'Critical'],
  ['Important', 'High'],
  ['Moderate', 'Medium'],
  ['Low', 'Low'],
  ['None', 'Negligible'],
  ['A new word', 'Unknown'],
  ['', 'Unknown'],
  ['toString', 'Unknown'],
  [undefined, 'Unknown'],
])('%j is %s', (word, severity) => {
  expect(severityFromMicrosoft(word)).toBe(severity);
});

test('gravest first', () => {
  expect([...SEVERITIES].reverse().sort(compareSeverity)).toEqual(SEVERITIES);
  expect(compareSeverity('Critical', 'Low')).toBeLessThan(0);
  expect(compareSeverity('Low', 'Low')).toBe(0);
});
