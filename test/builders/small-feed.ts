// Advisories enough for a scan: one fixed, one exploited, one without fix, one guidance, one older than any base.
import type { CvrfSpec } from './cvrf.ts';

const SERVER_2022 = '11924';

export const SMALL_FEED: readonly CvrfSpec[] = [
  {
    id: '2025-Jun',
    products: { [SERVER_2022]: 'Windows Server 2022 (Server Core installation)' },
    vulnerabilities: [
      entry('CVE-2025-0001', 3807, {
        title: 'Example Service Remote Code Execution Vulnerability',
        severity: 'Critical',
        score: 9.8,
      }),
      entry('CVE-2025-0002', 5622, { exploited: true, severity: 'Important', score: 7.8 }),
      entry('CVE-2025-0003', 6000, { severity: 'Moderate', score: 5.5 }),
      { id: 'CVE-2025-0004', affected: [SERVER_2022], severity: 'Important' },
      { id: 'ADV250001', affected: [SERVER_2022], severity: 'Important' },
    ],
  },
];

function entry(
  id: string,
  revision: number,
  rest: Partial<CvrfSpec['vulnerabilities'][number]>,
): CvrfSpec['vulnerabilities'][number] {
  const fix = { kb: `50${revision}0`, subType: 'Security Update', fixedBuild: `10.0.20348.${revision}` };
  return { id, affected: [SERVER_2022], fixes: [fix], published: '2025-06-10', ...rest };
}
