// Findings of .NET, ASP.NET Core, PowerShell, SQL Server and drivers, for every line and fixing version, equal those of an independent implementation.
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { match } from '../../src/matching/match.ts';
import { classifyProduct } from '../../src/matching/products/classify-product.ts';
import { isKnownFixedBuild } from '../../src/matching/products/fixed-build-shapes.ts';
import type { Advisories } from '../../src/model/advisories.ts';
import type { ProductFamily } from '../../src/model/inventory.ts';
import {
  firstNumbers,
  type Listing,
  type Product,
  productListings,
  productOf,
  productVulnerabilities,
} from './products-oracle.ts';
import { fixesFor, type RawDocuments, readRawDocuments } from './raw-documents.ts';
import { productPackage, serverInventory } from './server-inventory.ts';
import { readSharedAdvisories } from './shared-advisories.ts';
import { hasSharedData, SHARED_DATA } from './shared-data.ts';

const PACKAGE = 'x';

/** Every line that Microsoft's documents know, read off them by hand. */
const LINES: Readonly<Partial<Record<ProductFamily, readonly string[]>>> = {
  dotnet: ['1.0', '1.1', '2.0', '2.1', '2.2', '3.0', '3.1', '5.0', '6.0', '7.0', '8.0', '9.0', '10.0'],
  'aspnet-core': [
    ...['1.0', '1.1', '2.0', '2.1', '2.2', '2.3', '3.0', '3.1'],
    ...['5.0', '6.0', '7.0', '8.0', '9.0', '10.0'],
  ],
  powershell: ['6.0', '6.1', '6.2', '7.0', '7.1', '7.2', '7.3', '7.4', '7.5', '7.6'],
  'sql-server': [
    ...['2016 GDR', '2016 CU', '2016 SP1 GDR', '2016 SP1 CU', '2016 SP2 GDR', '2016 SP2 CU'],
    ...['2016 SP3 GDR', '2016 SP3 Azure Connect', '2017 GDR', '2017 CU', '2019 GDR', '2019 CU'],
    ...['2022 GDR', '2022 CU', '2025 GDR', '2025 CU'],
  ],
  'odbc-driver': ['17', '18'],
  'ole-db-driver': ['18', '19'],
  'visual-cpp': ['14'],
};

const PRODUCTS = Object.entries(LINES).flatMap(([family, lines]) =>
  lines.map((line) => [family as ProductFamily, line] as const),
);

describe.skipIf(!hasSharedData)('rules V1 to V3 over all MSRC documents', () => {
  let advisories: Advisories;
  let raw: RawDocuments;
  let listings: Listing[];

  beforeAll(async () => {
    advisories = await readSharedAdvisories();
    raw = await readRawDocuments(join(SHARED_DATA, 'msrc'));
    listings = productListings(raw);
  });

  const idsOf = ({ family, line }: Product, version: string) => {
    const inventory = serverInventory({
      build: 20348,
      revision: 99_999,
      installationType: 'Server Core',
      packages: [productPackage(PACKAGE, version, { by: 'product', family, line })],
    });
    const findings = match(inventory, advisories).findings.filter((finding) => finding.package === PACKAGE);
    const ids = (affected: boolean): string[] =>
      findings
        .filter((finding) => (finding.status === 'affected') === affected)
        .map((finding) => finding.id)
        .sort();
    return { fixed: ids(true), unfixed: ids(false) };
  };

  test('the documents know the lines that are tested, and no others', () => {
    const listed = new Set(listings.map(({ family, line }) => `${family} ${line}`));
    expect([...listed].sort()).toEqual(PRODUCTS.map(([family, line]) => `${family} ${line}`).sort());
    expect(listings.length).toBe(1537);
  });

  test.each(PRODUCTS)('%s %s: every fixing version', (family, line) => {
    const product: Product = { family, line };
    const first = firstNumbers(product);
    const fixing = listings
      .filter((each) => each.family === family && each.line === line)
      .flatMap((each) => (each.fixedIn ? [each.fixedIn] : []));
    const levels = [
      [...first, 0],
      ...fixing.flatMap((version) => [justBefore(version, first.length), version]),
      [...first, 9999],
    ];
    for (const version of new Set(levels.map((numbers) => numbers.join('.')))) {
      expect(idsOf(product, version), version).toEqual(productVulnerabilities(listings, product, version));
    }
    const [oldest, newest] = [levels.at(0)!, levels.at(-1)!].map((numbers) =>
      idsOf(product, numbers.join('.')),
    );
    expect(oldest!.fixed).not.toEqual([]);
    if (fixing.length > 0) expect(newest!.fixed.length).toBeLessThan(oldest!.fixed.length);
  });

  /** Looked up in the documents by hand: a CVE, the last version with it and the first without. */
  test.each<[ProductFamily, string, string, before: string, after: string]>([
    ['dotnet', '8.0', 'CVE-2024-38095', '8.0.6', '8.0.7'],
    ['dotnet', '9.0', 'CVE-2025-55248', '9.0.9', '9.0.10'],
    // 3.1.15-servicing.21214.3
    ['dotnet', '3.1', 'CVE-2021-31204', '3.1.14', '3.1.15'],
    // Release Notes; 2.1.30 is the first number that the line has, of August 2021
    ['dotnet', '2.1', 'CVE-2020-1147', '2.1.29', '2.1.30'],
    // 6.0.101, the SDK's
    ['aspnet-core', '6.0', 'CVE-2021-43877', '6.0.0', '6.0.1'],
    ['aspnet-core', '2.3', 'CVE-2025-55315', '2.3.5', '2.3.6'],
    // 7.2.14 there; 7.3.9 is the next month's
    ['powershell', '7.3', 'CVE-2023-36799', '7.3.8', '7.3.9'],
    // PowerShell 7.5 installed on Windows
    ['powershell', '7.5', 'CVE-2025-25004', '7.5.3', '7.5.4'],
    // PowerShell Core 7.0
    ['powershell', '7.0', 'CVE-2021-26423', '7.0.6', '7.0.7'],
    ['sql-server', '2016 SP3 GDR', 'CVE-2023-36728', '13.0.6430.49', '13.0.6435.1'],
    ['sql-server', '2017 CU', 'CVE-2022-29143', '14.0.3445.1', '14.0.3445.2'],
    ['sql-server', '2019 GDR', 'CVE-2024-37334', '15.0.2116.1', '15.0.2116.2'],
    ['sql-server', '2022 CU', 'CVE-2024-37334', '16.0.4131.1', '16.0.4131.2'],
    ['sql-server', '2025 GDR', 'CVE-2026-20803', '17.0.1050.1', '17.0.1050.2'],
    ['odbc-driver', '17', 'CVE-2023-36730', '17.10.4.1', '17.10.5.1'],
    ['odbc-driver', '18', 'CVE-2023-36730', '18.2.2.1', '18.3.2.1'],
    // 18.6.0006.0
    ['ole-db-driver', '18', 'CVE-2023-29349', '18.6.5.0', '18.6.6.0'],
    ['ole-db-driver', '19', 'CVE-2024-37334', '19.3.4.0', '19.3.5.0'],
    ['visual-cpp', '14', 'CVE-2024-43590', '14.40.33815.0', '14.40.33816.0'],
  ])('%s %s: %s', (family, line, id, before, after) => {
    expect(idsOf({ family, line }, before).fixed).toContain(id);
    const { fixed, unfixed } = idsOf({ family, line }, after);
    expect([...fixed, ...unfixed]).not.toContain(id);
  });

  test('no fix is published: .NET 6.0 and CVE-2024-35264', () => {
    expect(idsOf({ family: 'dotnet', line: '6.0' }, '6.0.36')).toEqual({
      fixed: [],
      unfixed: ['CVE-2024-35264'],
    });
  });

  test('no number is known, so no version is safe: .NET Core 1.0 and CVE-2018-8292', () => {
    expect(idsOf({ family: 'dotnet', line: '1.0' }, '1.0.16').fixed).toContain('CVE-2018-8292');
  });

  test('each finding says what decided it', () => {
    const inventory = serverInventory({
      build: 20348,
      revision: 99_999,
      installationType: 'Server Core',
      packages: PRODUCTS.map(([family, line]) =>
        productPackage(`${family} ${line}`, `${firstNumbers({ family, line }).join('.')}.0`, {
          by: 'product',
          family,
          line,
        }),
      ),
    });
    const findings = match(inventory, advisories).findings.filter((finding) => finding.package !== 'os');
    expect(new Set(findings.map((finding) => finding.package)).size).toBe(PRODUCTS.length);
    for (const finding of findings) {
      expect(finding.rule).toMatch(/^V\d$/);
      expect(finding.source).toMatch(/^\d{4}-/);
    }
  });

  /** Fails when Microsoft names a product in a way that nobody has thought of. */
  test('every product of interest is known', () => {
    const ofInterest = /windows|\.net|powershell|sql server|odbc|ole ?db|visual c\+\+/i;
    const names = [...new Set(raw.names.values())].filter((name) => ofInterest.test(name));
    expect(names.length).toBeGreaterThan(1000);
    expect(names.filter((name) => classifyProduct(name) === undefined)).toEqual([]);
    const matched = names.filter((name) => classifyProduct(name)?.kind === 'matched');
    expect(matched).toEqual(expect.arrayContaining(names.filter((name) => productOf(name) !== undefined)));
  });

  test('every fixed build of what is matched has a known shape', () => {
    const unknown = new Set<string>();
    let known = 0;
    for (const entry of raw.entries) {
      for (const product of entry.affected) {
        const name = raw.names.get(product) ?? '';
        if (classifyProduct(name)?.kind !== 'matched') continue;
        for (const { fixedBuild } of fixesFor(entry, product)) {
          if (fixedBuild === '') continue;
          if (isKnownFixedBuild(name, fixedBuild)) known++;
          else unknown.add(`${entry.document} ${entry.id} ${name}: ${fixedBuild}`);
        }
      }
    }
    expect([...unknown]).toEqual([]);
    expect(known).toBeGreaterThan(10_000);
  });
});

/** `[18, 7, 2, 0]` → `[18, 7, 1, 9999]`; the first numbers, which name the line, stay. */
function justBefore(version: readonly number[], first: number): number[] {
  const last = version.findLastIndex((number) => number > 0);
  if (last < first) return [...version];
  return version.map((number, index) => (index < last ? number : index === last ? number - 1 : 9999));
}
