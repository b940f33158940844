// The report on the advisories themselves.
import { expect, test } from 'vitest';
import { renderDataQuality } from './data-quality-table.ts';

const QUALITY = {
  classes: new Map([['matched: dotnet', 3]]),
  unknownProducts: [{ name: 'Windows Server 2031', entries: 2 }],
  unknownFixedBuilds: [{ product: '.NET 8.0', fixedBuild: '8.0.27 or so', entry: 'CVE-2026-0001' }],
};

test('counts, then what is unknown by name', () => {
  const table = renderDataQuality(QUALITY, 80);
  expect(table).toMatch(/^3 +matched: dotnet$/m);
  expect(table).toContain('unknown products: 1\n');
  expect(table).toMatch(/^2 +Windows Server 2031$/m);
  expect(table).toMatch(/^CVE-2026-0001 +8\.0\.27 or so +\.NET 8\.0$/m);
});

test('nothing unknown leaves no headings behind', () => {
  const table = renderDataQuality({ ...QUALITY, unknownProducts: [], unknownFixedBuilds: [] }, 80);
  expect(table).toMatch(/unknown products: 0\n\nunknown shapes of FixedBuild: 0\n$/);
});
