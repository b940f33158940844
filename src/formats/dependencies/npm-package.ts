// `package.json` of an installed npm package.
import type { Dependency } from '../../model/dependency.ts';
import { parseJsonObject, textAt } from './json-object.ts';

/** Nothing for the many `package.json` inside packages that only mark a module type. @throws DependencyFileError MALFORMED */
export function parseNpmPackage(bytes: Uint8Array): Dependency[] {
  const manifest = parseJsonObject(bytes);
  const name = textAt(manifest, 'name');
  const version = textAt(manifest, 'version');
  return name === undefined || version === undefined ? [] : [{ ecosystem: 'npm', name, version }];
}
