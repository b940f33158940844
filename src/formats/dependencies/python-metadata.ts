// Metadata of an installed Python distribution: `METADATA` and `PKG-INFO`.
import type { Dependency } from '../../model/dependency.ts';
import { DependencyFileError } from './dependency-file-error.ts';

/**
 * The headers up to the first empty line: https://packaging.python.org/specifications/core-metadata/
 * @throws DependencyFileError MALFORMED when name or version is missing.
 */
export function parsePythonMetadata(bytes: Uint8Array): Dependency[] {
  const [headers = ''] = new TextDecoder().decode(bytes).split(/\r?\n\r?\n/, 1);
  const header = (name: string): string | undefined =>
    new RegExp(`^${name}:(.*)$`, 'im').exec(headers)?.[1]?.trim() || undefined;
  const name = header('Name');
  const version = header('Version');
  if (name === undefined || version === undefined) {
    throw new DependencyFileError('MALFORMED', 'it names no distribution (Name) or no Version');
  }
  return [{ ecosystem: 'pypi', name: normalised(name), version }];
}

/** https://peps.python.org/pep-0503/#normalized-names */
function normalised(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
