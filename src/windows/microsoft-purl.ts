// Package URLs of Microsoft's products, for which the purl specification has no type of their own.
import { PackageURL } from 'packageurl-js';

/** `pkg:generic/microsoft/powershell@7.4.1`. */
export function microsoftPurl(name: string, version: string, qualifiers?: Record<string, string>): string {
  return new PackageURL('generic', 'microsoft', name, version, qualifiers, undefined).toString();
}
