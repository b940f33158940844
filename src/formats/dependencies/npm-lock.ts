// `package-lock.json` and `npm-shrinkwrap.json`: what npm was told to install.
import type { Dependency } from '../../model/dependency.ts';
import { type JsonObject, objectAt, objectsIn, parseJsonObject, textAt } from './json-object.ts';

/** Nested deeper than this is no tree of packages but an attempt on the stack. */
const MAX_DEPTH = 100;

/**
 * Versions 2 and 3 list `packages` by folder, version 1 nests `dependencies`. Development dependencies and links
 * to folders of the project are left out. Format: https://docs.npmjs.com/cli/configuring-npm/package-lock-json
 * @throws DependencyFileError MALFORMED
 */
export function parseNpmLock(bytes: Uint8Array): Dependency[] {
  const lock = parseJsonObject(bytes);
  const packages = objectsIn(objectAt(lock, 'packages'));
  const found = packages.length > 0 ? packages.flatMap(ofFolder) : ofTree(objectAt(lock, 'dependencies'), 0);
  return [...new Map(found.map((each) => [`${each.name} ${each.version}`, each])).values()];
}

function ofFolder([folder, each]: [string, JsonObject]): Dependency[] {
  const marker = 'node_modules/';
  const at = folder.lastIndexOf(marker);
  const name = textAt(each, 'name') ?? folder.slice(at + marker.length);
  const version = textAt(each, 'version');
  if (at < 0 || version === undefined || each.dev === true || each.link === true) return [];
  return [{ ecosystem: 'npm', name, version }];
}

function ofTree(dependencies: JsonObject, depth: number): Dependency[] {
  if (depth > MAX_DEPTH) return [];
  return objectsIn(dependencies).flatMap(([name, each]) => {
    if (each.dev === true) return [];
    const version = textAt(each, 'version');
    // Addresses and files stand here too; a version begins with a number.
    const own: Dependency[] = version && /^\d/.test(version) ? [{ ecosystem: 'npm', name, version }] : [];
    return [...own, ...ofTree(objectAt(each, 'dependencies'), depth + 1)];
  });
}
