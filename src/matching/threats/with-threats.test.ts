// What CISA and EPSS know reaches the findings, and those under attack come first.
import { expect, test } from 'vitest';
import { buildFinding } from '../../../test/builders/report.ts';
import type { Threats } from '../../model/threats.ts';
import { compareFindings } from '../match.ts';
import { withThreats } from './with-threats.ts';

const LISTED = { added: '2025-06-10', due: '2025-07-01', ransomware: false };

const threats: Threats = {
  kevFetchedAt: undefined,
  epssFetchedAt: undefined,
  knownExploited: (id) => (id === 'CVE-2025-0003' ? LISTED : undefined),
  prediction: (id) => (id === 'CVE-2025-0002' ? { probability: 0.9, percentile: 0.99 } : undefined),
};

test('each finding says what is known of it; Microsoft’s word stays its own', () => {
  const findings = [buildFinding('CVE-2025-0003'), buildFinding('CVE-2025-0002'), buildFinding('GHSA-1')];
  expect(withThreats(findings, threats)).toEqual([
    { ...findings[0], kev: LISTED, exploited: false },
    { ...findings[1], epss: { probability: 0.9, percentile: 0.99 } },
    findings[2],
  ]);
});

test('those under attack first, whoever knows of it; EPSS decides between equal scores', () => {
  const findings = [
    buildFinding('CVE-2025-0001'),
    buildFinding('CVE-2025-0002'),
    buildFinding('CVE-2025-0003', { severity: 'Low' }),
    buildFinding('CVE-2025-0004', { severity: 'Critical' }),
    buildFinding('CVE-2025-0005', { severity: 'Medium', exploited: true }),
  ];
  const order = withThreats(findings, threats).sort(compareFindings);
  expect(order.map(({ id }) => id.at(-1)).join('')).toBe('53421');
});
