// The order of versions, as each ecosystem defines it.
import { compare as comparePep440, valid as isPep440 } from '@renovatebot/pep440';
import semver from 'semver';
import type { Ecosystem } from '../../model/dependency.ts';
import { compareMaven } from './maven-order.ts';
import { compareNuGet } from './nuget-order.ts';

/** Negative when `a` is the lower one; `undefined` when one is no version of the ecosystem. */
export type VersionOrder = (a: string, b: string) => number | undefined;

export const VERSION_ORDERS: Readonly<Record<Ecosystem, VersionOrder>> = {
  nuget: compareNuGet,
  npm: compareSemver,
  pypi: (a, b) => (isPep440(a) && isPep440(b) ? comparePep440(a, b) : undefined),
  maven: compareMaven,
  golang: (a, b) => compareSemver(goVersion(a), goVersion(b)),
};

function compareSemver(a: string, b: string): number | undefined {
  const left = semver.parse(a, { loose: true });
  const right = semver.parse(b, { loose: true });
  return left && right ? semver.compare(left, right) : undefined;
}

/** Of modules `v1.2.3`; of Go itself `1.21`, `1.21rc2` or `1.21.5`. */
function goVersion(version: string): string {
  const [, major, minor, patch, word, number] =
    /^(?:go)?(\d+)\.(\d+)(?:\.(\d+))?(?:(rc|beta)(\d+))?$/.exec(version) ?? [];
  if (major === undefined) return version;
  const prerelease = word === undefined ? '' : `-${word}.${number}`;
  return `${major}.${minor}.${patch ?? 0}${prerelease}`;
}
