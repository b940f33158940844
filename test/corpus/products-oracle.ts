// The rules V1 to V3 of docs/matching.md for products with a version, as a plain loop over the raw documents: independent of the product's code.
import type { ProductFamily } from '../../src/model/inventory.ts';
import { fixesFor, monthOf, type RawDocuments } from './raw-documents.ts';

export interface Product {
  family: ProductFamily;
  line: string;
}

/** One product of one entry. */
export interface Listing extends Product {
  id: string;
  month: number;
  hasFix: boolean;
  /** The lowest that is a version of the line (V1). */
  fixedIn: number[] | undefined;
}

const NAMES: readonly (readonly [ProductFamily, RegExp])[] = [
  ['dotnet', /^\.NET (?:Core )?(\d+\.\d+)(?: installed on Windows)?$/],
  ['aspnet-core', /^ASP\.NET Core (\d+\.\d+)$/],
  ['powershell', /^PowerShell (?:Core )?(\d+\.\d+)(?:\.0)?(?: installed on Windows)?$/],
  ['odbc-driver', /^Microsoft ODBC Driver (\d+) for SQL Server(?: on Windows)?$/],
  ['ole-db-driver', /^Microsoft OLE DB Driver (\d+) for SQL Server$/],
];

/** 13.0.6460.7 is of SP3 (KB5058718, of which 2024-Nov says so), SP2 ended at 13.0.5xxx. */
const MISNAMED = new Set(['CVE-2025-49719 2016 SP2 GDR']);

const SQL_SERVER = /^Microsoft SQL Server (2016|2017|2019|2022|2025) .*\bx64-based Systems\b/;
const SQL_MAJOR: Readonly<Record<string, number>> = { 2016: 13, 2017: 14, 2019: 15, 2022: 16, 2025: 17 };

export function productOf(name: string): Product | undefined {
  for (const [family, pattern] of NAMES) {
    const [, line] = pattern.exec(name) ?? [];
    if (line !== undefined) return { family, line };
  }
  if (name === 'Visual C++ Redistributable Installer') return { family: 'visual-cpp', line: '14' };
  const [, year] = SQL_SERVER.exec(name) ?? [];
  if (year === undefined) return undefined;
  const [, pack] = /Service Pack (\d)/.exec(name) ?? [];
  const [branch] = /Azure Connect|(?<=\()GDR|(?<=\()CU/.exec(name) ?? [];
  return { family: 'sql-server', line: `${year}${pack ? ` SP${pack}` : ''} ${branch}` };
}

export function productListings({ entries, names }: RawDocuments): Listing[] {
  return entries.flatMap((entry) =>
    entry.affected.flatMap((id) => {
      const product = productOf(names.get(id) ?? '');
      if (!product) return [];
      const fixes = fixesFor(entry, id);
      const listing = {
        ...product,
        id: entry.id,
        month: monthOf(entry.document),
        hasFix: fixes.length > 0,
        fixedIn: lowest(fixes.map((fix) => fixingVersion(fix.fixedBuild, product))),
      };
      const isMisnamed = MISNAMED.has(`${entry.id} ${product.line}`);
      return isMisnamed
        ? [
            { ...listing, fixedIn: undefined },
            { ...listing, line: '2016 SP3 GDR' },
          ]
        : listing;
    }),
  );
}

/** What every version of the line begins with. */
export function firstNumbers({ family, line }: Product): number[] {
  return family === 'sql-server' ? [SQL_MAJOR[line.slice(0, 4)]!] : numbersOf(line);
}

/** V1: `undefined` for what is not a version of the line. */
function fixingVersion(fixedBuild: string, product: Product): number[] | undefined {
  const [digits] = /^\d+(?:\.\d+)+/.exec(fixedBuild) ?? [];
  if (digits === undefined) return undefined;
  const version = numbersOf(digits);
  if (firstNumbers(product).some((number, index) => version[index] !== number)) return undefined;
  const [major, minor, patch = 0, ...rest] = version;
  const isSdk = ['dotnet', 'aspnet-core'].includes(product.family) && patch >= 100 && patch <= 199;
  return isSdk ? [major!, minor!, patch - 100] : [major!, minor!, patch, ...rest];
}

/** Which IDs a version has, by whether a fix is published. */
export function productVulnerabilities(
  listings: readonly Listing[],
  { family, line }: Product,
  version: string,
): { fixed: string[]; unfixed: string[] } {
  const ours = listings.filter((each) => each.family === family && each.line === line);
  const installed = numbersOf(version);
  const fixed = new Set<string>();
  const unfixed = new Set<string>();
  for (const listing of ours) {
    if (!listing.hasFix) {
      unfixed.add(listing.id); // V3
      continue;
    }
    const later = ours.filter((each) => each.month >= listing.month);
    const fixedIn = listing.fixedIn ?? lowest(later.map((each) => each.fixedIn)); // V1, else V2
    if (!fixedIn || compareVersions(installed, fixedIn) < 0) fixed.add(listing.id);
  }
  return { fixed: [...fixed].sort(), unfixed: [...unfixed].sort() };
}

function compareVersions(left: readonly number[], right: readonly number[]): number {
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function lowest(versions: readonly (number[] | undefined)[]): number[] | undefined {
  return versions.filter((version) => version !== undefined).sort(compareVersions)[0];
}

function numbersOf(version: string): number[] {
  return version.split('.').map(Number);
}
