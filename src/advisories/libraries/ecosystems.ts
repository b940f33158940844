// The ecosystems of OSV that are read, and how their package names compare.
import type { Ecosystem } from '../../model/dependency.ts';

export const OSV_ECOSYSTEMS: Readonly<Record<Ecosystem, string>> = {
  nuget: 'NuGet',
  npm: 'npm',
  pypi: 'PyPI',
  maven: 'Maven',
  golang: 'Go',
};

/** NuGet and PyPI do not tell case apart, PyPI no punctuation either (PEP 503). */
export function packageKey(ecosystem: Ecosystem, name: string): string {
  if (ecosystem === 'nuget') return name.toLowerCase();
  return ecosystem === 'pypi' ? name.toLowerCase().replace(/[-_.]+/g, '-') : name;
}
