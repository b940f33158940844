// Windows as the distribution of Clair's documents: nine strings, whatever is known.
import type { ClairDistribution } from '../../model/clair.ts';
import type { IndexedSystem } from '../../model/indexed-image.ts';
import { formatWindowsVersion } from '../../model/windows-version.ts';
import { systemCpe } from './cpe.ts';

/** An image has one Windows, so the id is a constant. */
export const WINDOWS_ID = 'windows';

type System = Pick<IndexedSystem, 'name' | 'build' | 'revision' | 'architecture'>;

export function distributionOf(system: System): ClairDistribution {
  const { name, build, revision, architecture } = system;
  const version = formatWindowsVersion({ build, revision });
  return {
    id: WINDOWS_ID,
    did: 'windows',
    name,
    version,
    version_code_name: codeName(name),
    version_id: `10.0.${build}`,
    arch: architecture,
    cpe: systemCpe(name, version, architecture),
    pretty_name: `${name} (OS Build ${build}.${revision})`,
  };
}

/** Of products and libraries, whose vulnerabilities are the same on every Windows. */
export const ANY_WINDOWS: ClairDistribution = {
  id: WINDOWS_ID,
  did: 'windows',
  name: 'Windows',
  version: '',
  version_code_name: '',
  version_id: '',
  arch: '',
  cpe: systemCpe('Windows', '*', ''),
  pretty_name: 'Windows',
};

/** As the tags of Microsoft's images say: `ltsc2022`, `20h2`. */
function codeName(name: string): string {
  const year = /^Windows Server (\d{4})$/.exec(name)?.[1];
  if (year !== undefined) return `ltsc${year}`;
  return /^Windows Server, version (\w+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
}
