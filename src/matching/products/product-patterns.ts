// The products of Microsoft's advisories that an image is matched against, by the names MSRC gives them.
import type { ProductFamily } from '../../model/inventory.ts';

/** What a product name stands for in an inventory. */
export type MatchedProduct =
  | { readonly family: 'windows' }
  /** `component` as the name spells it: `Internet Explorer 11`. */
  | { readonly family: 'windows-component'; readonly component: string }
  /** `versions` as the name lists them: `3.5`, `4.7.2`, … */
  | { readonly family: 'dotnet-framework'; readonly versions: readonly string[] }
  | { readonly family: ProductFamily; readonly line: string };

export interface ProductPattern {
  readonly family: MatchedProduct['family'];
  /** On the name with single spaces. */
  readonly pattern: RegExp;
  readonly product: (groups: readonly string[]) => MatchedProduct;
}

/** Also of Windows that no container image is made of: the platform half of the ID tells them apart. */
const ON_WINDOWS = String.raw`on Windows (?:7|8\.1|RT|10|11|Vista|Server)\b.*`;

/** A new product is one more line here; the inventory side of it lies in `windows/`. */
export const PRODUCT_PATTERNS: readonly ProductPattern[] = [
  {
    family: 'windows',
    pattern: /^Windows Server (?:2016|2019|2022|2025)(?: \(Server Core installation\))?$/i,
    product: () => ({ family: 'windows' }),
  },
  {
    family: 'windows',
    pattern:
      /^Windows Server(?:, version (?:1709|1803|1903|1909|2004|20H2)| 2022, 23H2 Edition) \(Server Core installation\)$/i,
    product: () => ({ family: 'windows' }),
  },
  {
    family: 'windows-component',
    pattern: new RegExp(
      `^(Internet Explorer 11|Microsoft Edge \\(EdgeHTML-based\\)|Adobe Flash Player|Microsoft XML Core Services 3\\.0) ${ON_WINDOWS}$`,
      'i',
    ),
    product: ([component = '']) => ({ family: 'windows-component', component }),
  },
  {
    family: 'dotnet-framework',
    pattern: new RegExp(
      `^Microsoft \\.NET Framework ([\\d./]+(?: and [\\d./]+)?)(?: Service Pack \\d)? ${ON_WINDOWS}$`,
      'i',
    ),
    product: ([versions = '']) => ({
      family: 'dotnet-framework',
      versions: versions.split(/\/| and /i),
    }),
  },
  versioned('dotnet', /^\.NET (?:Core )?(\d+\.\d+)(?: installed on Windows)?$/i),
  versioned('aspnet-core', /^ASP\.NET Core (\d+\.\d+)(?: installed on Windows)?$/i),
  versioned('powershell', /^PowerShell (?:Core )?(\d+\.\d+)(?:\.0)?(?: installed on Windows)?$/i),
  versioned('odbc-driver', /^Microsoft ODBC Driver (\d+) for SQL Server(?: on Windows)?$/i),
  versioned('ole-db-driver', /^Microsoft OLE DB Driver (\d+) for SQL Server(?: on Windows)?$/i),
  {
    family: 'sql-server',
    pattern:
      /^Microsoft SQL Server (20(?:16|17|19|22|25))(?: Service Pack (\d))? for x64-based Systems(?: Service Pack (\d))?(?: \((GDR|CU) ?\d*\)| (Azure Connect) Feature Pack)$/i,
    product: ([year = '', before, after, line, pack]) => {
      const servicePack = before ?? after;
      const parts = [year, ...(servicePack ? [`SP${servicePack}`] : []), line?.toUpperCase() ?? pack ?? ''];
      return { family: 'sql-server', line: parts.join(' ') };
    },
  },
  {
    family: 'visual-cpp',
    pattern: /^Visual C\+\+ Redistributable Installer$/i,
    product: () => ({ family: 'visual-cpp', line: '14' }),
  },
  {
    family: 'edge',
    pattern: /^Microsoft Edge \(Chromium-based\)$/i,
    product: () => ({ family: 'edge', line: 'current' }),
  },
  {
    // Counts its versions from 10.0.
    family: 'web-deploy',
    pattern: /^Web Deploy 4\.0$/i,
    product: () => ({ family: 'web-deploy', line: '10' }),
  },
];

/** The first group of the pattern is the line. */
function versioned(family: ProductFamily, pattern: RegExp): ProductPattern {
  return { family, pattern, product: ([line = '']) => ({ family, line }) };
}

export function matchPattern({ pattern, product }: ProductPattern, name: string): MatchedProduct | undefined {
  const groups = pattern.exec(name);
  return groups ? product(groups.slice(1)) : undefined;
}
