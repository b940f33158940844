// CPE 2.3 names of Windows and of Microsoft's products, as the NVD spells them.
import type { ProductFamily } from '../../model/inventory.ts';

/** What may stand in a formatted string without being escaped (NIST IR 7695, 5.3.2 and 6.2). */
const PLAIN = /^[A-Za-z0-9._-]+$/;

const HARDWARE: Readonly<Record<string, string>> = { amd64: 'x64', '386': 'x86', arm64: 'arm64', arm: 'arm' };

const SERVER_YEAR = /^Windows Server (\d{4})$/;
const SERVER_VERSION = /^Windows Server, version (\w+)$/;

/** `name` without its installation type: `Windows Server 2022`; others are just Windows. */
export function systemCpe(name: string, version: string, architecture: string): string {
  return cpe('o', systemProduct(name), version, HARDWARE[architecture] ?? '*');
}

/** `undefined` where the NVD has no name of its own for it. */
export function productCpe(family: ProductFamily, line: string, version: string): string | undefined {
  const product = productName(family, line);
  return product && cpe('a', product, version, '*');
}

/** `4.8.1` and its rollup: the NVD knows the former. */
export function frameworkCpe(version: string): string {
  return cpe('a', '.net_framework', version, '*');
}

function systemProduct(name: string): string {
  const year = SERVER_YEAR.exec(name)?.[1];
  if (year !== undefined) return `windows_server_${year}`;
  const version = SERVER_VERSION.exec(name)?.[1]?.toLowerCase();
  if (version === undefined) return 'windows';
  // The one annual release that bears the name of another in the NVD.
  return version === '23h2' ? 'windows_server_2022_23h2' : `windows_server_${version}`;
}

function productName(family: ProductFamily, line: string): string | undefined {
  switch (family) {
    case 'dotnet':
      return '.net';
    case 'aspnet-core':
      return 'asp.net_core';
    case 'powershell':
      return 'powershell';
    case 'sql-server':
      return `sql_server_${line.slice(0, 4)}`;
    case 'odbc-driver':
      return `odbc_driver_${line}_for_sql_server`;
    case 'ole-db-driver':
      return `ole_db_driver_${line}_for_sql_server`;
    case 'edge':
      return 'edge_chromium';
    case 'visual-cpp':
    case 'web-deploy':
      return undefined;
  }
}

function cpe(part: 'o' | 'a', product: string, version: string, hardware: string): string {
  const plain = (text: string): string => (PLAIN.test(text) && text !== '-' ? text : '*');
  return `cpe:2.3:${part}:microsoft:${plain(product)}:${plain(version)}:*:*:*:*:*:${hardware}:*`;
}
