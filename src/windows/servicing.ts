// Component Based Servicing: which packages the registry lists, and in which state.
import type { Servicing, ServicingPackage, ServicingState } from '../model/inventory.ts';
import { findKey, numberOf } from './registry/lookup.ts';
import type { MergedKey } from './registry/merge.ts';

const SERVICING = 'Microsoft\\Windows\\CurrentVersion\\Component Based Servicing';

/** CurrentState in the registry; the numbers are not those of the CBS API. Unlisted ones are on the way in. */
const STATES: Readonly<Record<number, ServicingState>> = {
  0: 'absent',
  5: 'uninstall-pending',
  64: 'staged',
  80: 'superseded',
  96: 'install-pending',
  101: 'partially-installed',
  112: 'installed',
  128: 'installed',
};

/** `hasPendingFile`: WinSxS/pending.xml lies in the image. */
export function readServicing(software: MergedKey | undefined, hasPendingFile: boolean): Servicing {
  const packages = [...(findKey(software, `${SERVICING}\\Packages`)?.keys.values() ?? [])];
  const named = (pattern: RegExp): ServicingPackage[] =>
    packages
      .filter((key) => pattern.test(key.name))
      .map(toPackage)
      .sort((a, b) => compareVersions(b.version, a.version));
  return {
    cumulative: named(/^Package_for_RollupFix(?:_|~)/i),
    servicingStack: named(/^Package_for_ServicingStack(?:_|~)/i),
    pending: hasPendingFile || hasPendingSession(software),
  };
}

function toPackage(key: MergedKey): ServicingPackage {
  return {
    identity: key.name,
    version: key.name.split('~').at(-1) ?? '',
    state: STATES[numberOf(key, 'CurrentState') ?? 0] ?? 'staged',
  };
}

function hasPendingSession(software: MergedKey | undefined): boolean {
  const pending = findKey(software, `${SERVICING}\\PackagesPending`);
  const sessions = findKey(software, `${SERVICING}\\SessionsPending`);
  const reboot = findKey(software, `${SERVICING}\\RebootPending`);
  const exclusive = numberOf(sessions, 'Exclusive') ?? 0;
  return (pending?.keys.size ?? 0) > 0 || (reboot?.values.size ?? 0) > 0 || exclusive !== 0;
}

/** Dotted numbers, part by part. */
function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let part = 0; part < Math.max(left.length, right.length); part++) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0);
    if (difference) return difference;
  }
  return 0;
}
