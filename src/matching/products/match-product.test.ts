// Rules V1 to V3: what a version of a product line has, and how sure that is.
import { describe, expect, test } from 'vitest';
import { buildAdvisories } from '../../../test/builders/advisories.ts';
import type { CvrfSpec, VulnerabilitySpec } from '../../../test/builders/cvrf.ts';
import { buildInventory, buildPackage } from '../../../test/builders/inventory.ts';
import type { Finding } from '../../model/finding.ts';
import type { ProductFamily } from '../../model/inventory.ts';
import { match } from '../match.ts';

const PRODUCTS = {
  1: '.NET 8.0 installed on Windows',
  2: '.NET 8.0 installed on Linux',
  3: '.NET Core 2.1',
  4: 'PowerShell 7.3',
  5: 'Microsoft SQL Server 2022 for x64-based Systems (GDR)',
  6: 'Microsoft SQL Server 2022 for x64-based Systems (CU 24)',
  7: 'Microsoft Edge (Chromium-based)',
};

function findings(
  [family, line, version]: readonly [ProductFamily, string, string],
  ...documents: (readonly VulnerabilitySpec[])[]
): readonly Finding[] {
  const months = documents.map(
    (vulnerabilities, index): CvrfSpec => ({
      id: `2026-${['Jan', 'Feb', 'Mar', 'Apr'][index]}`,
      products: PRODUCTS,
      vulnerabilities: [...vulnerabilities],
    }),
  );
  const subject = buildPackage({ version, match: { by: 'product', family, line } });
  return match(buildInventory({ packages: [subject] }), buildAdvisories(...months)).findings;
}

const entry = (product: string, fixedBuild?: string, id = 'CVE-2026-0001'): VulnerabilitySpec => ({
  id,
  affected: [product],
  fixes: [fixedBuild === undefined ? { kb: '5000001' } : { kb: '5000001', fixedBuild }],
});

describe('V1: the version that the entry names', () => {
  test.each([
    ['8.0.26', 1],
    ['8.0.27', 0],
    ['8.0.100', 0],
    ['8.0.27-preview.1', 1],
  ])('%s: %i findings of one fixed in 8.0.27', (version, count) => {
    const found = findings(['dotnet', '8.0', version], [entry('1', '8.0.27')]);
    expect(found.length).toBe(count);
    if (count > 0) {
      expect(found[0]).toMatchObject({
        rule: 'V1',
        status: 'affected',
        uncertain: false,
        fixedIn: { version: '8.0.27', kb: ['KB5000001'] },
      });
    }
  });

  test('other platforms and other lines are not ours', () => {
    expect(findings(['dotnet', '8.0', '8.0.1'], [entry('2', '8.0.27')])).toEqual([]);
    expect(findings(['dotnet', '9.0', '9.0.1'], [entry('1', '8.0.27')])).toEqual([]);
    expect(findings(['sql-server', '2022 CU', '16.0.4003.1'], [entry('5', '16.0.1180.1')])).toEqual([]);
  });

  test('a build of SQL Server tells its line, whatever the product is called', () => {
    const misnamed = entry('5', '16.0.4252.3');
    expect(findings(['sql-server', '2022 CU', '16.0.4250.1'], [misnamed])).toMatchObject([{ rule: 'V1' }]);
    expect(findings(['sql-server', '2022 GDR', '16.0.1180.1'], [misnamed])).toMatchObject([
      { rule: 'V2', uncertain: true },
    ]);
  });

  test('Edge without its zero, and with more behind it', () => {
    for (const fixed of ['145.3800.99', 'v145.0.3800.99', '145.0.3800.99/100']) {
      expect(findings(['edge', 'current', '145.0.3800.98'], [entry('7', fixed)]).length, fixed).toBe(1);
      expect(findings(['edge', 'current', '145.0.3800.99'], [entry('7', fixed)]).length, fixed).toBe(0);
    }
  });

  test('listed twice the higher version counts', () => {
    const twice = [entry('1', '8.0.20'), entry('1', '8.0.22')];
    expect(findings(['dotnet', '8.0', '8.0.21'], twice).map(({ fixedIn }) => fixedIn.version)).toEqual([
      '8.0.22',
    ]);
  });
});

describe('V2: an entry without a version', () => {
  const later = entry('3', '2.1.30', 'CVE-2026-0002');
  const earlier = entry('3', '2.1.10', 'CVE-2026-0003');
  const silent = entry('3');
  const of = (version: string): Finding | undefined =>
    findings(['dotnet', '2.1', version], [earlier], [silent], [later]).find(({ id }) => id === silent.id);

  test('is fixed in whatever has a later month’s fix', () => {
    expect(of('2.1.30')).toBeUndefined();
  });

  test('is open below an earlier month’s fix, for certain', () => {
    expect(of('2.1.9')).toMatchObject({
      rule: 'V2',
      uncertain: false,
      fixedIn: { version: '2.1.30' },
      note: null,
    });
  });

  test('is reported as uncertain between the two', () => {
    expect(of('2.1.20')).toMatchObject({ rule: 'V2', uncertain: true, note: expect.stringContaining('V2') });
  });

  test('so is one with a version of another line', () => {
    expect(findings(['powershell', '7.3', '7.3.6'], [entry('4', '7.2.14')])).toMatchObject([
      { rule: 'V2', uncertain: true, fixedIn: { version: null } },
    ]);
  });
});

test.each([
  ['CVE-2026-0009', 'no-fix'],
  ['ADV260001', 'advisory'],
])('V3: %s without any fix is %s', (id, status) => {
  const unfixed = { id, affected: ['1'] };
  expect(findings(['dotnet', '8.0', '8.0.99'], [unfixed])).toMatchObject([{ id, status, rule: 'V3' }]);
});
