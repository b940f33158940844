// The advice for one image, from findings to sentences.
import { describe, expect, test } from 'vitest';
import { buildAdvisories } from '../../test/builders/advisories.ts';
import type { VulnerabilitySpec } from '../../test/builders/cvrf.ts';
import { buildInventory, buildOperatingSystem, buildPackage } from '../../test/builders/inventory.ts';
import { adviceFor } from '../matching/advice.ts';
import { match } from '../matching/match.ts';
import type { Advice } from '../model/advice.ts';
import type { InventoryPackage } from '../model/inventory.ts';
import { adviceSentences, headline } from './advice-text.ts';

const CORE = '11924';
const NOW = new Date('2026-07-20T00:00:00Z');

const fixed = (id: string, revision: number, kb = `59${revision}`): VulnerabilitySpec => ({
  id,
  affected: [CORE],
  fixes: [{ kb, fixedBuild: `10.0.20348.${revision}` }],
});

function advise(
  vulnerabilities: VulnerabilitySpec[],
  { revision = 100, build = 20348, packages = [] as InventoryPackage[], products = {} } = {},
): Advice {
  const inventory = buildInventory({ os: buildOperatingSystem({ build, revision }), packages });
  const advisories = buildAdvisories({ id: '2026-Jun', products, vulnerabilities });
  const { findings } = match(inventory, advisories);
  return adviceFor(
    inventory,
    findings.filter(({ status }) => status !== 'advisory'),
    advisories,
    NOW,
  );
}

describe('the base', () => {
  test('one version ends everything that has a fix; what has none stays', () => {
    const advice = advise([
      fixed('CVE-2026-1001', 9000),
      fixed('CVE-2026-1002', 9500),
      { id: 'CVE-2026-1003', affected: [CORE] },
      { id: 'ADV260001', affected: [CORE] },
    ]);
    expect(advice).toMatchObject({
      rebuild: { version: '10.0.20348.9500', kb: 'KB599500', ends: 2, newest: '10.0.20348.9500' },
      stays: [{ reason: 'no-fix', count: 1 }],
      total: 3,
    });
  });

  test('the month is that of the revision which a document names most', () => {
    const advice = advise(
      [fixed('CVE-2026-1001', 9000), fixed('CVE-2026-1002', 9000), fixed('CVE-2026-1003', 9500)],
      {
        revision: 9000,
      },
    );
    expect(advice.base).toMatchObject({ month: '2026-06', monthsOld: 1, supported: true });
    expect(advice.rebuild?.month).toBeNull();
  });

  test('up to date, and nothing listed', () => {
    const advice = advise([fixed('CVE-2026-1001', 9000)], { revision: 9000 });
    expect(advice.rebuild).toBeNull();
    expect(adviceSentences(advice)).toEqual([
      'Base is 10.0.20348.9000 (June 2026): nothing is listed for the image.',
    ]);
  });

  test('out of support: where to move comes first', () => {
    const advice = advise([], { build: 19042, revision: 1826 });
    expect(adviceSentences(advice)).toEqual([
      'Base is 10.0.19042.1826, out of support since 2022-08-09: move to Windows Server 2022 (until 2031-10-14) or Windows Server 2025 (until 2034-10-10).',
      'Microsoft lists nothing new for Windows Server 2022: what is not in this report is not known to be safe.',
    ]);
  });

  test('out of support: the move ends what is of Windows, and an update of it a part of that', () => {
    const out = '11803';
    const library = buildPackage({
      id: 'dotnet',
      name: '.NET Runtime',
      version: '8.0.20',
      match: { by: 'product', family: 'dotnet', line: '8.0' },
    });
    const advice = advise(
      [
        { id: 'CVE-2022-1001', affected: [out], fixes: [{ kb: '5900001', fixedBuild: '10.0.19042.1900' }] },
        { id: 'CVE-2022-1002', affected: [out], fixes: [{ kb: '5900001', fixedBuild: '10.0.19042.1900' }] },
        { id: 'CVE-2022-1003', affected: [out] },
        { id: 'CVE-2026-1004', affected: ['12345'], fixes: [{ kb: '5900002', fixedBuild: '8.0.28' }] },
        { id: 'CVE-2026-1005', affected: ['12345'] },
      ],
      { build: 19042, revision: 1826, packages: [library], products: { 12345: '.NET 8.0' } },
    );
    expect(advice.move).toEqual({ ends: 3, stays: [{ reason: 'no-fix', count: 1 }] });
    const updated = advice.updates.reduce((sum, { ends }) => sum + ends, 0);
    const staying = advice.move!.stays.reduce((sum, { count }) => sum + count, 0);
    expect(advice.move!.ends + updated + staying).toBe(advice.total);
    expect(adviceSentences(advice).slice(1)).toEqual([
      '3 of 5 findings are of Windows and end with the move.',
      'Until then 10.0.19042.1900 (June 2026, KB5900001) ends 2 of them and leaves 1.',
      expect.stringMatching(/^Microsoft lists nothing new/),
      'Update .NET Runtime 8.0.20 to 8.0.28: 1 finding ends.',
      '1 stays: no fix is published.',
    ]);
  });

  test('out of support: what no fix will come for does not stay, it ends with the move', () => {
    const advice: Advice = {
      ...advise([], { build: 19042, revision: 1826 }),
      stays: [{ reason: 'unsupported', count: 2227 }],
      total: 2227,
      move: { ends: 2227, stays: [] },
    };
    expect(adviceSentences(advice)[1]).toBe('All 2227 findings are of Windows and end with the move.');
    expect(adviceSentences(advice).join('\n')).not.toMatch(/stays?:/);
  });

  test('a build that nobody knows gives no advice on it', () => {
    const advice = advise([], { build: 99999 });
    expect(advice).toMatchObject({ base: null, rebuild: null, total: 0 });
    expect(adviceSentences(advice)[0]).toMatch(/^Nothing was judged/);
  });
});

describe('what was set aside', () => {
  const aside = { suppressed: 2, hidden: [{ by: '--severity negligible', count: 1668 }] };

  test('is not taken for nothing', () => {
    const inventory = buildInventory({ os: buildOperatingSystem({ build: 20348, revision: 9000 }) });
    const advisories = buildAdvisories({
      id: '2026-Jun',
      products: {},
      vulnerabilities: [fixed('CVE-2026-1001', 9000)],
    });
    expect(headline(adviceFor(inventory, [], advisories, NOW, aside))).toBe(
      'Base is 10.0.20348.9000 (June 2026): none of the 1670 findings counts (2 suppressed by policy, 1668 hidden by --severity negligible).',
    );
  });

  test('is said of a release out of support too, and of an image that was not judged', () => {
    const old = { ...advise([], { build: 19042, revision: 1826 }), aside };
    expect(adviceSentences(old)[1]).toMatch(/^None of the 1670 findings counts \(2 suppressed/);
    const unknown = { ...advise([], { build: 99999 }), aside };
    expect(headline(unknown)).toMatch(/^Windows itself was not judged/);
  });

  test('leaves no trace where there is nothing', () => {
    expect(advise([])).not.toHaveProperty('aside');
  });
});

test('products are updated beside the base, each to what ends all of its findings', () => {
  const dotnet = buildPackage({
    id: 'dotnet',
    name: '.NET Runtime',
    version: '8.0.20',
    match: { by: 'product', family: 'dotnet', line: '8.0' },
  });
  const runtime = (id: string, fixedBuild: string): VulnerabilitySpec => ({
    id,
    affected: ['12345'],
    fixes: [{ kb: '5900002', fixedBuild }],
  });
  const advice = advise(
    [
      runtime('CVE-2026-1010', '8.0.28'),
      runtime('CVE-2026-1011', '8.0.9'),
      runtime('CVE-2026-1012', '8.0.27'),
    ],
    {
      packages: [dotnet],
      products: { 12345: '.NET 8.0' },
    },
  );
  expect(advice.updates).toEqual([
    { package: 'dotnet', name: '.NET Runtime', installed: '8.0.20', version: '8.0.28', ends: 2 },
  ]);
  expect(adviceSentences(advice)).toContain('Update .NET Runtime 8.0.20 to 8.0.28: 2 findings end.');
});
