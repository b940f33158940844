// `packages.lock.json` of NuGet: direct and transitive packages per target framework.
import type { Dependency } from '../../model/dependency.ts';
import { objectAt, objectsIn, parseJsonObject, textAt } from './json-object.ts';

/** Each package once, however many target frameworks name it. @throws DependencyFileError MALFORMED */
export function parseNuGetLock(bytes: Uint8Array): Dependency[] {
  const found = new Map<string, Dependency>();
  for (const [, packages] of objectsIn(objectAt(parseJsonObject(bytes), 'dependencies'))) {
    for (const [name, each] of objectsIn(packages)) {
      const version = textAt(each, 'resolved');
      if (version === undefined || textAt(each, 'type')?.toLowerCase() === 'project') continue;
      found.set(`${name} ${version}`, { ecosystem: 'nuget', name, version });
    }
  }
  return [...found.values()];
}
