// Which names of MSRC's products stand for which packages.
import { expect, test } from 'vitest';
import { buildAdvisories } from '../../../test/builders/advisories.ts';
import { buildInventory, buildOperatingSystem, buildPackage } from '../../../test/builders/inventory.ts';
import type { InventoryPackage } from '../../model/inventory.ts';
import { isMatchedAs } from './matched-as.ts';

const CORE = 'Windows Server 2022 (Server Core installation)';
const advisories = buildAdvisories({
  id: '2026-Jun',
  products: { '11923': 'Windows Server 2022', '11924': CORE },
  vulnerabilities: [{ id: 'CVE-2026-1000', affected: ['11923', '11924'] }],
});

const OS = buildPackage({ id: 'os', name: 'Windows Server 2022 (Server Core)' });
const FRAMEWORK = buildPackage({ id: 'dotnet-framework', name: 'Microsoft .NET Framework' });
const IE = buildPackage({ match: { by: 'windows-component', component: 'Internet Explorer 11' } });
const DOTNET = buildPackage({ match: { by: 'product', family: 'dotnet', line: '8.0' } });
const SQL = buildPackage({ match: { by: 'product', family: 'sql-server', line: '2019 GDR' } });

test.each<[string, InventoryPackage, boolean]>([
  [CORE, OS, true],
  ['Windows Server 2022', OS, false],
  ['Windows Server 2022 (Server Core)', OS, true],
  [`Microsoft .NET Framework 3.5 AND 4.8 on ${CORE}`, FRAMEWORK, true],
  ['Microsoft .NET Framework 3.5 AND 4.8 on Windows Server 2022', FRAMEWORK, false],
  [CORE, FRAMEWORK, false],
  [`Internet Explorer 11 on ${CORE}`, IE, true],
  ['Internet Explorer 11 on Windows Server 2022', IE, false],
  ['.NET 8.0', DOTNET, true],
  ['.NET 8.0 installed on Windows', DOTNET, true],
  ['.NET 9.0', DOTNET, false],
  ['ASP.NET Core 8.0', DOTNET, false],
  ['Microsoft SQL Server 2019 for x64-based Systems (GDR)', SQL, true],
  ['Microsoft SQL Server 2019 for x64-based Systems (CU 29)', SQL, false],
])('%s', (product, own, expected) => {
  const inventory = buildInventory({ os: buildOperatingSystem(), packages: [own] });
  expect(isMatchedAs(product, own, inventory, advisories)).toBe(expected);
});

test('without Windows, or on one that is not known, only products that need none', () => {
  const other = buildInventory({ os: buildOperatingSystem({ build: 1 }) });
  for (const inventory of [buildInventory(), other]) {
    expect(isMatchedAs(CORE, OS, inventory, advisories)).toBe(false);
    expect(isMatchedAs('.NET 8.0', DOTNET, inventory, advisories)).toBe(true);
  }
});
