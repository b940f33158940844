// Reads the fixing version out of what the advisories give for a product line.
import type { ProductFamily } from '../../model/inventory.ts';
import { sqlServerLine } from '../../windows/sql-server-lines.ts';

/** Numbers with dots; what follows (`-servicing.21220.11`) is the build, not the release. */
const NUMBERS = /^v?(\d+(?:\.\d+)+)/i;

/**
 * Rule V1: the version, or `undefined` when it is none of this line: there are versions of other lines, and of
 * SDKs, among them.
 */
export function fixVersion(
  family: ProductFamily,
  line: string,
  fixedBuild: string | undefined,
): string | undefined {
  const version = NUMBERS.exec(fixedBuild?.trim() ?? '')?.[1];
  if (version === undefined) return undefined;
  switch (family) {
    case 'dotnet':
    case 'aspnet-core':
      return isOfLine(version, line) ? runtimeVersion(version) : undefined;
    case 'sql-server':
      return sqlServerLine(version) === line ? version : undefined;
    case 'edge':
      return edgeVersion(version);
    default:
      return isOfLine(version, line) ? version : undefined;
  }
}

function isOfLine(version: string, line: string): boolean {
  return `${version}.`.startsWith(`${line}.`);
}

/** SDKs of the first feature band count 100 above the runtime they bring: 6.0.101 has 6.0.1. */
function runtimeVersion(version: string): string | undefined {
  const [major, minor, patch] = version.split('.').map(Number);
  if (patch === undefined || patch < 100) return version;
  return patch < 200 ? `${major}.${minor}.${patch - 100}` : undefined;
}

/** `145.3800.99` lacks the second number, which is always 0. */
function edgeVersion(version: string): string | undefined {
  const parts = version.split('.');
  if (parts.length === 3) parts.splice(1, 0, '0');
  return parts.length === 4 ? parts.join('.') : undefined;
}
