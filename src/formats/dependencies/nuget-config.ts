// `packages.config` of NuGet, as projects for .NET Framework have it.
import { SaxesParser } from 'saxes';
import type { Dependency } from '../../model/dependency.ts';
import { decodeXml } from '../xml-text.ts';
import { DependencyFileError } from './dependency-file-error.ts';

/** Packages that were needed only to build (`developmentDependency`) are left out. @throws DependencyFileError MALFORMED */
export function parseNuGetConfig(bytes: Uint8Array): Dependency[] {
  const dependencies: Dependency[] = [];
  const parser = new SaxesParser({ fragment: false });
  parser.on('error', (error) => {
    throw new DependencyFileError('MALFORMED', `not well-formed XML or cut off: ${error.message}`);
  });
  parser.on('opentag', ({ name: element, attributes }) => {
    const { id, version, developmentDependency } = attributes as Record<string, string>;
    if (element !== 'package' || !id || !version || developmentDependency?.toLowerCase() === 'true') return;
    dependencies.push({ ecosystem: 'nuget', name: id, version });
  });
  parser.write(decodeXml(bytes)).close();
  return dependencies;
}
