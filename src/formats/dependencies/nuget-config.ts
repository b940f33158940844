// `packages.config` of NuGet, as projects for .NET Framework have it.
import type { Dependency } from '../../model/dependency.ts';
import { walkXml } from '../walk-xml.ts';
import { DependencyFileError } from './dependency-file-error.ts';

/**
 * Packages that were needed only to build (`developmentDependency`) are left out.
 * @throws DependencyFileError MALFORMED
 */
export function parseNuGetConfig(bytes: Uint8Array): Dependency[] {
  const dependencies: Dependency[] = [];
  walkXml(
    bytes,
    (place, { id, version, developmentDependency }) => {
      if (place !== 'packages/package' || !id || !version) return;
      if (developmentDependency?.toLowerCase() === 'true') return;
      dependencies.push({ ecosystem: 'nuget', name: id, version });
    },
    (reason) => new DependencyFileError('MALFORMED', reason),
  );
  return dependencies;
}
